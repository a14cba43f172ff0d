/** Presses the button that carries the action in its `data-action`; one that is disabled is not pressed. */
export function pressButton(action: string): void {
  document.querySelector<HTMLElement>(`[data-action="${action}"]`)?.click();
}
