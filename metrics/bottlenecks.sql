/*---
title: Bottlenecks
question: What held the queries up, network, CPU, disk or the queue, and how much of the work was it?
description: |
  Every query falls into exactly one class. The first rule that fits wins; a missing number counts as 0; scanned is in MB.

  - `cached`: answered from the result cache
  - `network`: copy or unload, execution over 500 ms
  - `cpu`: no copy or unload; more than one join or more than one aggregation; scanned something; execution over 1,000 ms and over 20 ms for each MB of scanned + 1
  - `io`: no copy or unload; scanned 2,000 or more; spilled, or more than one scan; execution over 1,000 ms and under 0.061 ms for each MB of scanned + 1
  - `queue`: queued over 1,000 ms and at least as long as it executed; executed for more than 0 ms; fewer than 4 scans, joins and aggregations together
  - `normal`: all others

  The rules are those of the public Pulse project's analysis of Redset.
key: [hour, instance_id, class]
measures:
  queries: { unit: queries }
  queue_ms: { unit: ms }
  execution_ms: { unit: ms }
derived:
  share_of_queries: { expr: 'share(queries, class)', unit: ratio, note: of the queries of all classes }
  share_of_execution: { expr: 'share(execution_ms, class)', unit: ratio, note: of the execution time of all classes }
  mean_queue_ms: { expr: queue_ms / queries, unit: ms, note: per query of the class }
  mean_execution_ms: { expr: execution_ms / queries, unit: ms, note: per query of the class }
panel: { chart: area, x: hour, y: [share_of_queries, share_of_execution], series: class, stack: true }
---*/
WITH measured AS (
  SELECT
    hour,
    instance_id,
    was_cached AS cached,
    query_type IN ('copy', 'unload') AS transfer,
    coalesce(queue_duration_ms, 0) AS queue,
    coalesce(execution_duration_ms, 0) AS execution,
    coalesce(mbytes_scanned, 0)::HUGEINT AS scanned, -- wider than BIGINT: multiplied below, whatever a trace claims
    coalesce(mbytes_spilled, 0) AS spilled,
    coalesce(num_joins, 0)::HUGEINT AS joins,
    coalesce(num_scans, 0)::HUGEINT AS scans,
    coalesce(num_aggregations, 0)::HUGEINT AS aggregations
  FROM events
)
SELECT
  hour,
  instance_id,
  CASE
    WHEN cached THEN 'cached'
    WHEN transfer AND execution > 500 THEN 'network'
    WHEN NOT transfer AND (joins > 1 OR aggregations > 1) AND scanned > 0
      AND execution > 20 * (scanned + 1) AND execution > 1000 THEN 'cpu'
    WHEN NOT transfer AND scanned >= 2000 AND execution * 1000 < 61 * (scanned + 1)
      AND (spilled > 0 OR scans > 1) AND execution > 1000 THEN 'io'
    WHEN queue >= execution AND queue > 1000 AND execution > 0 AND scans + joins + aggregations < 4 THEN 'queue'
    ELSE 'normal'
  END AS class,
  count(*) AS queries,
  sum(queue) AS queue_ms,
  sum(execution) AS execution_ms
FROM measured
GROUP BY hour, instance_id, class
