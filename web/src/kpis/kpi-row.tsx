import { useMetrics } from '../api/queries.ts';
import { useLive } from '../live/use-live.ts';
import { focusPanel } from '../panels/focus-panel.ts';
import { OpenHoursPopover } from '../pipeline/open-hours.tsx';
import { KpiSkeleton } from '../states/skeleton.tsx';
import { useChangeView, useViewPart } from '../view-state/use-view.ts';
import { type KpiContext, type KpiView, kpiHour, kpiView } from './kpi-model.ts';
import { type KpiSource, kpiSources } from './kpi-order.ts';
import css from './kpi-row.module.css';
import { KpiTile, TileLabel } from './kpi-tile.tsx';
import { lateKpi, rejectedKpi } from './run-kpis.ts';

/** The figures of one hour: what metrics ask for, then how the run fares. */
export function KpiRow() {
  const { data, isPending } = useMetrics();
  const context = useKpiContext();
  if (isPending || context.window === undefined) return <Waiting />;
  return (
    <section className={css.row} aria-label="Figures of one hour">
      <ul className={css.tiles}>
        {kpiSources(data?.metrics ?? []).map((source) => (
          <MetricKpi key={source.id} source={source} context={context} />
        ))}
        <RunKpis context={context} />
        <OpenHoursKpi />
      </ul>
    </section>
  );
}

/** As many as Spillway's own figures. */
const USUAL_FIGURES = 8;

function Waiting() {
  return (
    <div className={css.tiles} aria-hidden="true">
      {Array.from({ length: USUAL_FIGURES }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same and never change places
        <div key={i} className={css.tile}>
          <KpiSkeleton />
        </div>
      ))}
    </div>
  );
}

function useKpiContext(): KpiContext {
  const hours = useLive((live) => live.hours);
  const window = useLive((live) => live.window);
  const chosen = useViewPart((view) => view.hour);
  return { hours, window, at: kpiHour(hours, chosen) };
}

function MetricKpi({ source, context }: { readonly source: KpiSource; readonly context: KpiContext }) {
  const { name, panel, title } = source.metric;
  const data = useLive((live) => live.kpis[source.id]);
  const rows = useLive((live) => live.panels[name]);
  const view = kpiView(source, data, rows, context);
  const go = panel === null ? undefined : { what: `Go to ${title}`, onClick: () => focusPanel(name) };
  return <KpiTile view={view} go={go} />;
}

function RunKpis({ context }: { readonly context: KpiContext }) {
  const filters = useViewPart(filterNames);
  const change = useChangeView();
  const hour = context.at?.hour;
  const go =
    hour === undefined ? undefined : { what: 'Receipt of this hour', onClick: () => change({ receipt: hour }) };
  const views: KpiView[] = [rejectedKpi(context, filters), lateKpi(context, filters)];
  return views.map((view) => <KpiTile key={view.id} view={view} go={go} />);
}

function filterNames({
  filters,
  tier,
}: {
  readonly filters: Readonly<Record<string, unknown>>;
  readonly tier: unknown;
}) {
  return [...(tier === undefined ? [] : ['tier']), ...Object.keys(filters)];
}

function openWords(open: number | undefined, final: number): string {
  if (open === undefined) return '';
  if (open > 0) return 'their figures still grow';
  return final > 0 ? 'everything is final' : 'no hour has begun yet';
}

function OpenHoursKpi() {
  const open = useLive(({ status }) => status?.openHours.length);
  const final = useLive(({ status }) => status?.processor.finalHours ?? 0);
  return (
    <li className={css.tile} data-kpi="open">
      <TileLabel label="open hours" hour="" go={undefined} />
      <p className={css.value}>{open ?? '–'}</p>
      <p className={css.change}>{openWords(open, final)}</p>
      <OpenHoursPopover />
    </li>
  );
}
