import './theme/mantine-styles.ts';
import './theme/global.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { askAgainOnReturn, createQueryClient, prefetchMetrics } from './api/queries.ts';
import { openToken, tokenOf } from './api/token.ts';
import { TokenContext } from './api/use-token.ts';
import { App } from './app.tsx';
import { addressOf, onAwake, tokenPlaceOf } from './browser.ts';
import { openLive } from './live/open-live.ts';
import { LiveContext } from './live/use-live.ts';
import { cssVariables, theme } from './theme/mantine-theme.ts';
import { themeKeeper } from './theme/use-theme.ts';
import { liveQuestion } from './view-state/question.ts';
import { ViewContext } from './view-state/use-view.ts';
import { openView } from './view-state/view-store.ts';

/** Nobody should look at an empty page for longer, wall milliseconds. */
const LONGEST_WAIT_MS = 500;

// Everything that the page is made of, put together once. The token leaves the address before anything else reads it.
const token = openToken(tokenPlaceOf(window));
const view = openView(addressOf(window));
const live = openLive({ question: () => liveQuestion(view.get()), token: token.get });
view.subscribe(live.ask);
token.subscribe(live.retry);
onAwake(window, live.wake);

const queries = createQueryClient();
askAgainOnReturn(queries, live);
const root = document.getElementById('root');
if (root !== null) void firstNews().then(() => createRoot(root).render(page()));

/**
 * Until it is known which run it is and what it measures: what is drawn before would move. A server that is slow or gone
 * is not waited for.
 */
async function firstNews(): Promise<void> {
  const { promise: known, resolve } = Promise.withResolvers<void>();
  const leave = live.subscribe(() => {
    if (live.get().status !== undefined) resolve();
  });
  const metrics = prefetchMetrics(queries, tokenOf(token.get()));
  await Promise.race([Promise.all([known, metrics]), new Promise((enough) => setTimeout(enough, LONGEST_WAIT_MS))]);
  leave();
}

function page(): ReactNode {
  return (
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        colorSchemeManager={themeKeeper}
        defaultColorScheme="auto"
      >
        <QueryClientProvider client={queries}>
          <TokenContext value={token}>
            <ViewContext value={view}>
              <LiveContext value={live}>
                <App />
              </LiveContext>
            </ViewContext>
          </TokenContext>
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>
  );
}
