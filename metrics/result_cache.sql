/*---
title: Result cache
question: What share of reads was answered from the result cache?
description: >
  The hit rate depends on its denominator, so both are given. Redset records a cache hit with the type `other`: a hit rate grouped by query
  type would be wrong, and reads are therefore executed selects plus cache hits.
key: [hour, instance_id]
measures:
  queries: { unit: queries }
  reads: { unit: queries, note: executed selects plus cache hits }
  cached: { unit: queries, note: cache hits }
derived:
  hit_rate_of_reads: { expr: cached / reads, unit: ratio, note: of executed selects plus cache hits }
  hit_rate_of_queries: { expr: cached / queries, unit: ratio, note: of all queries }
panel: { chart: line, x: hour, y: [hit_rate_of_reads, hit_rate_of_queries] }
kpi:
  - { label: cache hits, value: hit_rate_of_reads, better: higher }
---*/
SELECT
  hour,
  instance_id,
  count(*) AS queries,
  count(*) FILTER (WHERE is_read) AS reads,
  count(*) FILTER (WHERE was_cached) AS cached
FROM events
GROUP BY hour, instance_id
