import './theme/mantine-styles.ts';
import './theme/global.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from './api/queries.ts';
import { openToken } from './api/token.ts';
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

// Everything that the page is made of, put together once. The token leaves the address before anything else reads it.
const token = openToken(tokenPlaceOf(window));
const view = openView(addressOf(window));
const live = openLive({ question: () => liveQuestion(view.get()), token: token.get });
view.subscribe(live.ask);
token.subscribe(live.retry);
onAwake(window, live.wake);

const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        colorSchemeManager={themeKeeper}
        defaultColorScheme="auto"
      >
        <QueryClientProvider client={createQueryClient()}>
          <TokenContext value={token}>
            <ViewContext value={view}>
              <LiveContext value={live}>
                <App />
              </LiveContext>
            </ViewContext>
          </TokenContext>
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
