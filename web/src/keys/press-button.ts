/**
 * Presses the button that carries the action in its `data-action`; one that is disabled is not pressed. What it opens
 * lies beside it, so a button that has been scrolled away at the top of the page is brought back first.
 */
export function pressButton(action: string): void {
  const button = document.querySelector<HTMLElement>(`[data-action="${action}"]`);
  if (button === null) return;
  if (action === 'filters' && button.getBoundingClientRect().top < 0) window.scrollTo({ top: 0 });
  button.click();
}
