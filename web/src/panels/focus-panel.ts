/** Panels carry their metric's name in this attribute. */
const PANEL = '[data-panel]';

/** Scrolls to the panel of a metric and puts the focus there; false if it is not on the page. */
export function focusPanel(metric: string): boolean {
  return focus(panels().find((panel) => panel.dataset.panel === metric));
}

/** The same with the panel at a place, counted from 0. */
export function focusPanelAt(index: number): boolean {
  return focus(panels()[index]);
}

/** The metric whose panel an element lies in. */
export function panelOf(element: Element | null): string | undefined {
  return element?.closest<HTMLElement>(PANEL)?.dataset.panel;
}

function panels(): readonly HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(PANEL)];
}

function focus(panel: HTMLElement | undefined): boolean {
  panel?.focus({ preventScroll: true });
  panel?.scrollIntoView({ block: 'nearest' });
  return panel !== undefined;
}
