/** Presses the button that carries the action in its `data-action`; one that is disabled is not pressed. */
export function pressButton(action: string): void {
  const button = document.querySelector<HTMLElement>(`[data-action="${action}"]`);
  if (button === null) return;
  if (action === 'filters') bringBack(button);
  button.click();
}

/** What it opens lies beside it, and goes back to it: so it is to be seen, and has the focus. */
function bringBack(button: HTMLElement): void {
  if (button.getBoundingClientRect().top < 0) window.scrollTo({ top: 0 });
  button.focus();
}
