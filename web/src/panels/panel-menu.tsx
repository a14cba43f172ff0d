import { ActionIcon, Menu } from '@mantine/core';
import { type RefObject, useState } from 'react';
import type { ChartHandle } from '../charts/chart.tsx';
import type { ChartMetric } from '../charts/chart-metric.ts';
import { csvOf } from '../tables/csv.ts';
import { download } from '../tables/download.ts';
import { metricColumns } from '../tables/table-columns.ts';
import { useChangeView } from '../view-state/use-view.ts';
import { DefinitionDialog } from './definition-dialog.tsx';
import { fileName } from './file-name.ts';
import { imageWords } from './image-words.ts';
import { panelImage } from './panel-image.ts';
import { SqlDialog } from './sql-dialog.tsx';
import type { PanelState } from './use-panel.ts';

export interface PanelMenuProps {
  readonly metric: ChartMetric;
  readonly state: PanelState;
  readonly chart: RefObject<ChartHandle | null>;
  readonly full: boolean;
}

/** The corner of every panel: the same answer in other forms, and where it comes from. */
export function PanelMenu({ metric, state, chart, full }: PanelMenuProps) {
  const [dialog, setDialog] = useState<'sql' | 'definition'>();
  const change = useChangeView();
  const { data, model, asTable } = state;
  const { name } = metric;
  const hasChart = model !== undefined && model.kind !== 'table';
  const toggleTable = () =>
    change(({ tables }) => ({ tables: asTable ? tables.filter((one) => one !== name) : [...tables, name] }));
  return (
    <>
      <Menu
        {...{ position: 'bottom-end', withinPortal: false, withInitialFocusPlaceholder: false }}
        transitionProps={{ duration: 0 }}
      >
        <Menu.Target>
          <ActionIcon variant="subtle" size={24} aria-label={`More of ${metric.title}`}>
            <Dots />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {hasChart && <Menu.Item onClick={toggleTable}>{asTable ? 'As chart' : 'As table'}</Menu.Item>}
          <Menu.Item onClick={() => change({ panel: full ? undefined : name })}>
            {full ? 'Back to all panels' : 'Full width'}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item disabled={data === undefined} onClick={() => saveCsv(metric, state)}>
            Download CSV
          </Menu.Item>
          {hasChart && !asTable && (
            <Menu.Item onClick={() => void savePng(metric, state, chart.current)}>Download PNG</Menu.Item>
          )}
          <Menu.Divider />
          <Menu.Item onClick={() => setDialog('sql')}>SQL of this panel</Menu.Item>
          <Menu.Item onClick={() => setDialog('definition')}>Definition</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <SqlDialog metric={metric} opened={dialog === 'sql'} onClose={() => setDialog(undefined)} />
      <DefinitionDialog metric={metric} opened={dialog === 'definition'} onClose={() => setDialog(undefined)} />
    </>
  );
}

function saveCsv(metric: ChartMetric, { data }: PanelState): void {
  if (data === undefined) return;
  const text = csvOf(metricColumns(metric, data.columns), data);
  download(fileName(metric.name, data.over, 'csv'), new Blob([text], { type: 'text/csv;charset=utf-8' }));
}

async function savePng(metric: ChartMetric, state: PanelState, chart: ChartHandle | null): Promise<void> {
  const { data, model, palette } = state;
  const image = chart?.image();
  if (data === undefined || model === undefined || image === undefined) return;
  const blob = await panelImage({ ...imageWords(model, data), image, palette });
  if (blob !== null) download(fileName(metric.name, data.over, 'png'), blob);
}

function Dots() {
  return (
    <svg width={16} height={16} viewBox="0 0 16 16" fill="currentColor" aria-hidden="true" focusable="false">
      <circle cx={3} cy={8} r={1.5} />
      <circle cx={8} cy={8} r={1.5} />
      <circle cx={13} cy={8} r={1.5} />
    </svg>
  );
}
