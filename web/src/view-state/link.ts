/** Copies a link to the view as it is: the address without a token. Returns whether that could be done. */
export async function copyLink(): Promise<boolean> {
  const { origin, pathname, search } = window.location;
  const link = `${origin}${pathname}${search}`;
  try {
    await navigator.clipboard.writeText(link);
    return true;
  } catch {
    return copyBySelection(link);
  }
}

/** Browsers have a clipboard only on this machine's own address and behind TLS; elsewhere the old way still works. */
function copyBySelection(text: string): boolean {
  const field = document.createElement('textarea');
  const focused = document.activeElement;
  field.value = text;
  field.setAttribute('readonly', '');
  field.style.position = 'fixed';
  field.style.opacity = '0';
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}
