/*---
title: Spill
question: Which queries ran out of memory and spilled to disk, and how much of the running time was theirs?
description: >
  A query spills when its intermediate results do not fit into memory and go to disk. A query of unknown spilled size counts as not spilled;
  `workload.unknown_bytes` says how many there are.
key: [hour, instance_id, query_type]
measures:
  queries: { unit: queries, note: 'all, cache hits included' }
  spilled_queries: { unit: queries, note: spilled more than 0 MB }
  mbytes_spilled: { unit: MB }
  spilled_execution_ms: { unit: ms, note: execution time of the queries that spilled }
derived:
  spill_rate: { expr: spilled_queries / queries, unit: ratio, note: of all queries }
  mean_mbytes_spilled: { expr: mbytes_spilled / spilled_queries, unit: MB, note: per query that spilled }
panel: { chart: bars, x: hour, y: [mbytes_spilled, spilled_queries], series: query_type, stack: true }
kpi:
  - { label: spilled, value: spill_rate, better: lower }
---*/
SELECT
  hour,
  instance_id,
  query_type,
  count(*) AS queries,
  count(*) FILTER (WHERE mbytes_spilled > 0) AS spilled_queries,
  coalesce(sum(mbytes_spilled), 0) AS mbytes_spilled,
  coalesce(sum(execution_duration_ms) FILTER (WHERE mbytes_spilled > 0), 0) AS spilled_execution_ms
FROM events
GROUP BY hour, instance_id, query_type
