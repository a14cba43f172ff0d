import type { Session } from '../engine/session.ts';
import { textOf } from '../engine/session.ts';
import { quoted } from '../engine/sql.ts';
import { fault, lineAt } from './fault.ts';
import type { FunctionRules } from './functions.ts';
import { SQL_VALUES } from './functions.ts';
import type { MetricFile } from './head.ts';
import { didYouMean } from './names.ts';
import { HISTORY_RELATIONS, relationNames } from './relation.ts';

/** A node of DuckDB's serialized syntax tree: https://duckdb.org/docs/stable/data/json/sql_to_and_from_json */
type Tree = Readonly<Record<string, unknown>>;

const TABLE_FUNCTIONS: ReadonlySet<string> = new Set(['unnest', 'range', 'generate_series']);
const FROM_KINDS: ReadonlySet<string> = new Set(['JOIN', 'SUBQUERY', 'EXPRESSION_LIST', 'EMPTY']);

/** Parts of a query that are never allowed, with reason and hint. */
const REFUSED: Readonly<Record<string, readonly [reason: string, hint?: string]>> = {
  RECURSIVE_CTE_NODE: ['WITH RECURSIVE may never end'],
  LIMIT_MODIFIER: ['LIMIT leaves rows out of the sums', 'a panel shows the largest with "top"'],
  LIMIT_PERCENT_MODIFIER: ['LIMIT leaves rows out of the sums', 'a panel shows the largest with "top"'],
};

/**
 * Checks that the SQL is one SELECT that reads nothing but the relations that metrics have and gives the same rows
 * whenever it is run over the same events, whatever their order. Throws MetricFault.
 */
export async function checkStatement(session: Session, file: MetricFile, rules: FunctionRules): Promise<void> {
  const { sql, sqlLine: firstLine } = file;
  const cell = (await session.row(`SELECT json_serialize_sql(${quoted(sql)})::VARCHAR AS tree`)).tree;
  const parsed: unknown = JSON.parse(textOf(cell));
  if (!isTree(parsed)) throw new Error('json_serialize_sql did not return an object');
  if (parsed.error === true) {
    const position = Number(parsed.position ?? 0);
    const onlySelect = parsed.error_type === 'not implemented';
    const reason = onlySelect ? 'the SQL must be a single plain SELECT' : String(parsed.error_message);
    fault(firstLine + lineAt(sql, position) - 1, reason);
  }
  const statements = treesIn(parsed.statements);
  const [statement] = statements;
  if (statements.length !== 1 || statement === undefined) {
    fault(firstLine, `the SQL must be a single SELECT, found ${statements.length}`);
  }
  const walk = new Walk(file, rules);
  walk.node(statement, new Set(walk.relations));
}

class Walk {
  /** What the metric may read. */
  readonly relations: readonly string[];
  readonly #sql: string;
  readonly #firstLine: number;
  readonly #rules: FunctionRules;

  constructor({ head, sql, sqlLine }: MetricFile, rules: FunctionRules) {
    this.relations = relationNames(head.history ?? false);
    this.#sql = sql;
    this.#firstLine = sqlLine;
    this.#rules = rules;
  }

  /** `tables` are the names that can be read here, in lower case: the relations and the WITH names in scope. */
  node(tree: Tree, tables: ReadonlySet<string>): void {
    const inner = this.#withNames(tree, tables);
    this.#check(tree, inner);
    for (const [field, value] of Object.entries(tree)) {
      if (field === 'cte_map') continue;
      for (const child of treesIn(value)) this.node(child, inner);
    }
  }

  /** Walks the WITH clause of a query; each name is known to those after it and to the query. */
  #withNames(tree: Tree, tables: ReadonlySet<string>): ReadonlySet<string> {
    const map = tree.cte_map;
    if (!isTree(map)) return tables;
    let known = tables;
    for (const entry of treesIn(map.map)) {
      const name = String(entry.key).toLowerCase();
      if (this.relations.includes(name)) this.#fail(tree, `a WITH clause must not be named "${name}"`);
      for (const value of treesIn(entry.value)) this.node(value, known);
      known = new Set([...known, name]);
    }
    return known;
  }

  #check(tree: Tree, tables: ReadonlySet<string>): void {
    if (isTree(tree.sample)) this.#fail(tree, 'a sample takes other rows each time');
    for (const from of sources(tree)) this.#from(from, tables);
    this.#checkClass(tree);
    const refusal = REFUSED[String(tree.type)];
    if (refusal !== undefined) this.#fail(tree, ...refusal);
    if (tree.type === 'DISTINCT_MODIFIER' && treesIn(tree.distinct_on_targets).length > 0) {
      this.#fail(tree, 'DISTINCT ON keeps whichever row comes first');
    }
  }

  #checkClass(tree: Tree): void {
    if (tree.class === 'FUNCTION' || tree.type === 'WINDOW_AGGREGATE') this.#function(tree);
    if (tree.class === 'COLUMN_REF') this.#column(tree);
    if (tree.class === 'PARAMETER') this.#fail(tree, 'a parameter has no value here');
  }

  #from(tree: Tree, tables: ReadonlySet<string>): void {
    if (tree.type === 'BASE_TABLE') {
      const name = String(tree.table_name);
      const full = [tree.catalog_name, tree.schema_name, name].filter((part) => part !== '').join('.');
      if (full !== name || !tables.has(name.toLowerCase())) {
        this.#fail(tree, `reads "${full}"${didYouMean(full, tables)}`, this.#readsOnly(full));
      }
    } else if (tree.type === 'TABLE_FUNCTION') {
      const name = isTree(tree.function) ? String(tree.function.function_name).toLowerCase() : '';
      if (!TABLE_FUNCTIONS.has(name)) {
        this.#fail(tree, `reads ${name}()`, `${this.#readsOnly(name)}; unnest, range and generate_series are allowed`);
      }
    } else if (!FROM_KINDS.has(String(tree.type))) {
      this.#fail(tree, `${String(tree.type).toLowerCase()} cannot stand in a FROM clause of a metric`);
    }
  }

  #readsOnly(name: string): string {
    if (!this.relations.includes(name) && relationNames(true).includes(name)) {
      return `with "history: true" in its head a metric also reads ${HISTORY_RELATIONS.join(' and ')}`;
    }
    return `a metric reads nothing but ${this.relations.join(', ')}`;
  }

  #function(tree: Tree): void {
    const name = String(tree.function_name).toLowerCase();
    const refusal = this.#rules.refusal(name);
    if (refusal !== undefined) this.#fail(tree, `${name}() ${refusal}`);
  }

  #column(tree: Tree): void {
    const names = Array.isArray(tree.column_names) ? tree.column_names.map(String) : [];
    const [name = ''] = names;
    if (names.length === 1 && SQL_VALUES.has(name.toLowerCase())) {
      this.#fail(tree, `${name} depends on when and where the metric is run`);
    }
  }

  #fail(tree: Tree, reason: string, hint?: string): never {
    const position = Number(tree.query_location ?? -1);
    // Nodes without a place of their own carry the largest 64-bit number.
    const known = position >= 0 && position <= this.#sql.length;
    fault(this.#firstLine + (known ? lineAt(this.#sql, position) - 1 : 0), reason, hint);
  }
}

/** What a query or a join reads from. */
function sources(tree: Tree): Tree[] {
  const from = tree.type === 'JOIN' ? [tree.left, tree.right] : [tree.from_table];
  return from.filter(isTree);
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function treesIn(value: unknown): Tree[] {
  if (Array.isArray(value)) return value.flatMap(treesIn);
  return isTree(value) ? [value] : [];
}
