/*---
title: Workload
question: How many queries ran, of which type, and where did their time go?
description: >
  Every query counts, cache hits included. A cache hit is recorded with the type `other` and without a compile time; its few milliseconds of
  queue and execution are part of the sums. The three phases of a query follow one another, so their means add up to the mean total.
key: [hour, instance_id, query_type]
measures:
  queries: { unit: queries }
  aborted: { unit: queries, note: stopped by a user or the system }
  cached: { unit: queries, note: answered from the result cache }
  queued_queries: { unit: queries, note: waited longer than 0 ms }
  compile_ms: { unit: ms }
  queue_ms: { unit: ms }
  execution_ms: { unit: ms }
  mbytes_scanned: { unit: MB, note: an unknown size adds nothing }
  unknown_bytes: { unit: queries, note: executed queries whose scanned or spilled size is not known }
derived:
  abort_rate: { expr: aborted / queries, unit: ratio, note: of all queries }
  mean_compile_ms: { expr: compile_ms / queries, unit: ms, note: per query }
  mean_queue_ms: { expr: queue_ms / queries, unit: ms, note: per query }
  mean_execution_ms: { expr: execution_ms / queries, unit: ms, note: per query }
panel: { chart: area, x: hour, y: [queries], series: query_type, stack: true }
kpi:
  - { label: queries, value: queries }
---*/
SELECT
  hour,
  instance_id,
  query_type,
  count(*) AS queries,
  count(*) FILTER (WHERE was_aborted) AS aborted,
  count(*) FILTER (WHERE was_cached) AS cached,
  count(*) FILTER (WHERE queue_duration_ms > 0) AS queued_queries,
  coalesce(sum(compile_duration_ms), 0) AS compile_ms,
  coalesce(sum(queue_duration_ms), 0) AS queue_ms,
  coalesce(sum(execution_duration_ms), 0) AS execution_ms,
  coalesce(sum(mbytes_scanned), 0) AS mbytes_scanned,
  count(*) FILTER (WHERE NOT was_cached AND (mbytes_scanned IS NULL OR mbytes_spilled IS NULL)) AS unknown_bytes
FROM events
GROUP BY hour, instance_id, query_type
