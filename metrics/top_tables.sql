/*---
title: Top tables
question: Which tables are read and written by the most queries?
description: >
  A query counts once as a reader of each table that it read, and once as a writer of each table that it wrote, however often its list names
  the table. An entry of a list that is not a whole number (empty, `nan`, text) names no table and is left out; `12.0` is table 12. Table
  ids are unique within an instance only.
key: [hour, instance_id, table_id]
measures:
  reads: { unit: queries, note: queries that read the table }
  writes: { unit: queries, note: queries that wrote the table }
derived:
  accesses: { expr: reads + writes, unit: accesses, note: a query that reads and writes the table counts twice }
panel: { chart: bars, x: table_id, y: [reads, writes], series: instance_id, top: 10, stack: true, over: hour }
---*/
-- Most queries repeat, and so do their lists: equal lists are counted first and taken apart once.
WITH lists AS (
  SELECT hour, instance_id, read_table_ids AS ids, count(*) AS reads, 0 AS writes
  FROM events WHERE read_table_ids <> '' GROUP BY hour, instance_id, read_table_ids
  UNION ALL
  SELECT hour, instance_id, write_table_ids AS ids, 0 AS reads, count(*) AS writes
  FROM events WHERE write_table_ids <> '' GROUP BY hour, instance_id, write_table_ids
),
tables AS (
  SELECT
    hour, instance_id, reads, writes,
    -- list_distinct also drops the nulls of entries that are no number.
    unnest(list_distinct(list_transform(
      string_split(ids, ','),
      lambda entry: TRY_CAST(regexp_extract(entry, '^\s*(\d+)(\.0*)?\s*$', 1) AS BIGINT)
    ))) AS table_id
  FROM lists
)
SELECT hour, instance_id, table_id, sum(reads) AS reads, sum(writes) AS writes
FROM tables
GROUP BY hour, instance_id, table_id
