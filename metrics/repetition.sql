/*---
title: Repetition
question: How many queries were run before, in the same form, on the same instance?
description: >
  Executed queries with a fingerprint, aborted ones included. A query repeats unless it is the first of its fingerprint: of the queries of an
  hour that share one, all repeat if the instance executed it in an earlier hour, else all but one. An instance forgets a fingerprint that it
  did not execute for more than 168 hours. Redset's fingerprint is a hash of the plan's features: queries that differ may share one, so this
  is an upper bound.
history: true
key: [hour, instance_id]
measures:
  queries: { unit: queries, note: executed queries with a fingerprint }
  repeated: { unit: queries, note: those whose fingerprint had been executed before }
derived:
  repetition_rate: { expr: repeated / queries, unit: ratio, note: of executed queries with a fingerprint }
panel: { chart: line, x: hour, y: [repetition_rate] }
---*/
WITH executed AS (
  SELECT hour, instance_id, feature_fingerprint, count(*) AS queries
  FROM events WHERE NOT was_cached AND feature_fingerprint IS NOT NULL
  GROUP BY hour, instance_id, feature_fingerprint
)
SELECT
  e.hour,
  e.instance_id,
  sum(e.queries) AS queries,
  sum(e.queries) - count(*) FILTER (WHERE k.hour IS NULL) AS repeated
FROM executed e
LEFT JOIN known k ON k.hour = e.hour AND k.instance_id = e.instance_id AND k.feature_fingerprint = e.feature_fingerprint
GROUP BY e.hour, e.instance_id
