/*---
title: Utilization
question: Which instances have more work than they can do?
description: |
  Four parts, each from 0 to 1, of executed queries (aborted ones included), over any hours and instances. A part whose denominator is 0 is 0.

  - `queue_share` (Q): of the time that queries took, how much they waited in the queue
  - `spill_share` (S): of their execution time, how much was that of queries that spilled
  - `slowdown` (P): of the execution time of queries that have a usual time, how much was above it
  - `occupancy` (C): of the query slots, how many were busy on average; 1 when more queries were executing than there are slots

  The score is their weighted sum, 0.30 Q + 0.20 S + 0.30 P + 0.20 C. Oversubscribed is what has a score of 0.6 or more, or is fully occupied
  (C = 1) with Q above 0.1. An instance has 5 slots, the queue concurrency that Redshift starts with; where instances are taken together, so
  are their slots. Slots and weights are options of a run.

  A query is busy from its arrival (whole milliseconds) plus queue and compile time on, for as long as it executes. Each hour gets the part
  that lies in it, an hour without arrivals included, up to the end of the run.

  The usual time of a query is exp(m) - 1 with m the mean of ln(1 + execution ms) over the earlier runs of its fingerprint on the instance:
  executed and not aborted, in earlier hours, since the last time that the fingerprint was not executed for more than 168 hours. A query has
  one if there are at least 5 such runs.
history: true
key: [hour, instance_id]
measures:
  queries: { unit: queries, note: executed queries that arrived }
  busy_ms: { unit: ms, note: 'execution that lies within the hour, whenever the query arrived' }
  queue_ms: { unit: ms, note: of the queries that arrived }
  compile_ms: { unit: ms, note: of the queries that arrived }
  execution_ms: { unit: ms, note: 'of the queries that arrived, however long it went on' }
  spilled_execution_ms: { unit: ms, note: execution time of the queries that spilled }
  expected_ms: { unit: ms, note: usual execution time of the queries that have one }
  compared_ms: { unit: ms, note: actual execution time of just those queries }
derived:
  queue_share:
    expr: max(0, queue_ms / (queue_ms + compile_ms + execution_ms))
    unit: ratio
    note: 'Q, of queue, compile and execution time'
  spill_share:
    expr: max(0, spilled_execution_ms / execution_ms)
    unit: ratio
    note: 'S, of execution time'
  slowdown:
    expr: max(0, 1 - expected_ms / compared_ms)
    unit: ratio
    note: 'P, of the execution time of queries with a usual time'
  occupancy:
    expr: min(1, max(0, busy_ms / (3600000 * slot_hours)))
    unit: ratio
    note: 'C, of the slots, all hours of the range'
  score:
    expr: weight_queue * queue_share + weight_spill * spill_share + weight_performance * slowdown + weight_concurrency * occupancy
    unit: ratio
    note: weighted sum of the four parts
  oversubscribed:
    expr: max(at_least(score, 0.6), min(at_least(occupancy, 1), above(queue_share, 0.1)))
    unit: flag
    note: 1 if oversubscribed and 0 if not
panel: { chart: heatmap, x: hour, y: [score, oversubscribed], series: instance_id }
kpi:
  - { label: oversubscribed, value: oversubscribed, count: instance_id, better: lower }
---*/
WITH placed AS (
  SELECT
    *,
    -- Milliseconds from the hour's start to that of the execution, or to the hour's end if that comes first. Durations are cut before they are
    -- added: no sum of claimed durations is too large.
    least(
      (epoch_us(arrival_timestamp) - epoch_us(hour)) // 1000 + least(queue_duration_ms, 3600000) + least(compile_duration_ms, 3600000),
      3600000
    ) AS start_ms
  FROM events
  WHERE NOT was_cached
),
-- Queries of one fingerprint are joined to their history once.
executed AS (
  SELECT
    hour,
    instance_id,
    feature_fingerprint,
    count(*) AS queries,
    sum(least(execution_duration_ms, 3600000 - start_ms)) AS busy_ms,
    sum(queue_duration_ms) AS queue_ms,
    sum(compile_duration_ms) AS compile_ms,
    sum(execution_duration_ms) AS execution_ms,
    coalesce(sum(execution_duration_ms) FILTER (WHERE mbytes_spilled > 0), 0) AS spilled_execution_ms
  FROM placed
  GROUP BY hour, instance_id, feature_fingerprint
),
usual AS (
  SELECT hour, instance_id, feature_fingerprint, CAST(round(exp(sum_ln_execution / runs / 1000)) AS BIGINT) - 1 AS expected_ms
  FROM known
  WHERE runs >= 5
),
together AS (
  SELECT
    e.hour,
    e.instance_id,
    e.queries,
    e.busy_ms,
    e.queue_ms,
    e.compile_ms,
    e.execution_ms,
    e.spilled_execution_ms,
    coalesce(CAST(e.queries AS HUGEINT) * u.expected_ms, 0) AS expected_ms,
    CASE WHEN u.expected_ms IS NULL THEN 0 ELSE e.execution_ms END AS compared_ms
  FROM executed e
  LEFT JOIN usual u ON u.hour = e.hour AND u.instance_id = e.instance_id AND u.feature_fingerprint = e.feature_fingerprint
  UNION ALL
  SELECT hour, instance_id, 0, busy_ms, 0, 0, 0, 0, 0, 0 FROM carried WHERE busy_ms > 0
)
SELECT
  hour,
  instance_id,
  sum(queries) AS queries,
  sum(busy_ms) AS busy_ms,
  sum(queue_ms) AS queue_ms,
  sum(compile_ms) AS compile_ms,
  sum(execution_ms) AS execution_ms,
  sum(spilled_execution_ms) AS spilled_execution_ms,
  sum(expected_ms) AS expected_ms,
  sum(compared_ms) AS compared_ms
FROM together
GROUP BY hour, instance_id
