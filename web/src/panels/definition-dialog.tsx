import { noun } from '../charts/slot-names.ts';
import { Dialog } from '../dialogs/dialog.tsx';
import classes from './dialogs.module.css';
import type { MetricDialogProps } from './sql-dialog.tsx';

/** What a metric's file says of it: question, keys, measures and what is derived from them. */
export function DefinitionDialog({ metric, opened, onClose }: MetricDialogProps) {
  const { title, question, description, keys, measures, derived } = metric;
  return (
    <Dialog opened={opened} onClose={onClose} size="xl" title={`Definition of ${title}`}>
      <div className={classes.dialog}>
        <p className={classes.question}>{question}</p>
        {description !== null && <div className={classes.description}>{description.trim()}</div>}
        <p>One row for each {keys.map(({ name }) => noun(name)).join(', ')}.</p>
        <Values title="Measures" hint="counted and summed exactly" values={measures} />
        {derived.length > 0 && <Values title="Derived" hint="computed after summing" values={derived} />}
      </div>
    </Dialog>
  );
}

interface ValuesProps {
  readonly title: string;
  readonly hint: string;
  readonly values: readonly {
    readonly name: string;
    readonly unit: string;
    readonly note: string | null;
    readonly expr?: string;
  }[];
}

function Values({ title, hint, values }: ValuesProps) {
  const hasExpression = values.some(({ expr }) => expr !== undefined);
  return (
    <table className={classes.values}>
      <caption>
        {title} <small>{hint}</small>
      </caption>
      <thead>
        <tr>
          <th scope="col">name</th>
          <th scope="col">unit</th>
          {hasExpression && <th scope="col">expression</th>}
          <th scope="col">note</th>
        </tr>
      </thead>
      <tbody>
        {values.map(({ name, unit, note, expr }) => (
          <tr key={name}>
            <th scope="row">
              <code>{name}</code>
            </th>
            <td>{unit}</td>
            {hasExpression && (
              <td>
                <code>{expr}</code>
              </td>
            )}
            <td>{note ?? ''}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
