/*---
title: Compile time and joins
question: Does compiling a query take longer the more joins it has?
description: >
  Executed selects only: a cache hit is not compiled, and its missing join count is not a zero. Logarithms are of 1 + compile time in ms, in
  milli-nats (thousandths of a natural logarithm, rounded per query), over the queries that were compiled at all (compile time above 0), so
  that they can be summed exactly. Correlation and slope are over those same queries, one point each, x = joins and y = ln(1 + compile ms);
  20 joins stand for 20 or more.
key: [hour, instance_id, num_joins]
measures:
  queries: { unit: queries, note: executed selects }
  zero_compile: { unit: queries, note: executed selects with a compile time of 0 ms }
  compile_ms: { unit: ms }
  sum_ln: { unit: milli-nats, note: sum of ln(1 + compile ms) over compile time above 0 }
  sum_ln_sq: { unit: milli-nats squared, note: sum of the squares of the same logarithms }
derived:
  mean_compile_ms: { expr: compile_ms / queries, unit: ms, note: 'per executed select, those with 0 ms included' }
  geometric_mean_compile_ms:
    expr: exp(sum_ln / (queries - zero_compile) / 1000) - 1
    unit: ms
    note: 'typical compile time of the queries that were compiled: the geometric mean of 1 + compile ms, less 1'
  joins_correlation:
    expr: corr(num_joins, queries - zero_compile, sum_ln / 1000, sum_ln_sq / 1000000)
    unit: r
    note: 'Pearson''s r of joins and ln(1 + compile ms), from -1 to 1'
  joins_slope:
    expr: slope(num_joins, queries - zero_compile, sum_ln / 1000)
    unit: nats per join
    note: 'least squares; 0.1 means about 10.5 % more compile time with each join'
  joins_intercept:
    expr: intercept(num_joins, queries - zero_compile, sum_ln / 1000)
    unit: nats
    note: 'ln(1 + compile ms) of a query without joins, on the same line'
  sd_ln_compile:
    expr: >-
      exp(ln(max(0, sum_ln_sq / 1000000 / (queries - zero_compile) - (sum_ln / 1000 / (queries - zero_compile)) * (sum_ln / 1000 / (queries - zero_compile)))) / 2)
    unit: nats
    note: 'standard deviation of ln(1 + compile ms) of the queries that were compiled'
  spread_compile_low_ms:
    expr: exp(sum_ln / (queries - zero_compile) / 1000 - sd_ln_compile) - 1
    unit: ms
    note: 'one standard deviation of ln(1 + compile ms) below the geometric mean'
  spread_compile_high_ms:
    expr: exp(sum_ln / (queries - zero_compile) / 1000 + sd_ln_compile) - 1
    unit: ms
    note: 'one standard deviation of ln(1 + compile ms) above the geometric mean'
panel:
  chart: scatter
  x: num_joins
  y: [geometric_mean_compile_ms]
  scale: log
  spread: [spread_compile_low_ms, spread_compile_high_ms]
  fit: { slope: joins_slope, intercept: joins_intercept }
  caption: [joins_correlation, joins_slope, queries]
---*/
SELECT
  hour,
  instance_id,
  least(coalesce(num_joins, 0), 20) AS num_joins,
  count(*) AS queries,
  count(*) FILTER (WHERE is_zero_compile) AS zero_compile,
  coalesce(sum(compile_duration_ms), 0) AS compile_ms,
  coalesce(sum(ln_compile) FILTER (WHERE compile_duration_ms > 0), 0) AS sum_ln,
  coalesce(sum(ln_compile * ln_compile) FILTER (WHERE compile_duration_ms > 0), 0) AS sum_ln_sq
FROM events
WHERE query_type = 'select' AND NOT was_cached
GROUP BY ALL
