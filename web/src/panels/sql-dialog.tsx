import { useClipboard } from '@mantine/hooks';
import type { ChartMetric } from '../charts/chart-metric.ts';
import { Dialog } from '../dialogs/dialog.tsx';
import { TextButton } from '../states/text-button.tsx';
import classes from './dialogs.module.css';

export interface MetricDialogProps {
  readonly metric: ChartMetric;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** The SELECT that computes the metric, to be copied. */
export function SqlDialog({ metric, opened, onClose }: MetricDialogProps) {
  const clipboard = useClipboard({ timeout: 2_000 });
  return (
    <Dialog opened={opened} onClose={onClose} size="xl" title={`SQL of ${metric.title}`}>
      <div className={classes.dialog}>
        <p>
          Over the events of an hour{metric.history ? ', and what earlier hours left behind' : ''}; its rows are the
          table <code>{metric.name}</code>.
        </p>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <pre className={classes.code} tabIndex={0}>
          {metric.sql}
        </pre>
        <div>
          <TextButton onClick={() => clipboard.copy(metric.sql)}>{clipboard.copied ? 'Copied' : 'Copy'}</TextButton>
          <span className={classes.spoken} role="status">
            {clipboard.copied ? 'Copied' : ''}
          </span>
        </div>
      </div>
    </Dialog>
  );
}
