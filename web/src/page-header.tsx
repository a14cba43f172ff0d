import { FilterBar } from './filters/filter-bar.tsx';
import { KeyMap } from './keys/key-map.tsx';
import { useLive } from './live/use-live.ts';
import { CopyLinkButton, ThemeButton } from './page-buttons.tsx';
import classes from './page-header.module.css';
import { TransportBar } from './transport/transport-bar.tsx';

/** What it is, whose film, what is injected, and what is looked at; then the film itself, which stays in sight. */
export function PageHeader() {
  return (
    <>
      <header className={classes.header}>
        <h1 className={classes.brand}>Spillway</h1>
        <RunName />
        <Faults />
        <div className={classes.tools}>
          <div className={classes.filters}>
            <FilterBar />
          </div>
          <div className={classes.buttons}>
            <KeyMap />
            <ThemeButton />
            <CopyLinkButton />
          </div>
        </div>
      </header>
      <div className={classes.film}>
        <TransportBar />
      </div>
    </>
  );
}

function RunName() {
  const run = useLive((live) => live.run?.run);
  return (
    <p className={classes.run}>
      {run !== undefined && (
        <>
          run <strong>{run}</strong>
          {' · '}
        </>
      )}
      <abbr title="Coordinated Universal Time: all times on this page">UTC</abbr>
    </p>
  );
}

/** What the replay injects and the trace does not have: nobody should take it for the warehouse's. */
function Faults() {
  const faults = useLive((live) => live.run?.faults ?? 'none');
  if (faults === 'none') return null;
  return (
    <p className={classes.faults} title="Put in by the replay; the trace does not have it.">
      <strong>injected:</strong> {faults.split(',').join(', ')}
    </p>
  );
}
