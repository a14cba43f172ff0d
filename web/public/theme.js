// Before anything is drawn: the theme that was chosen, or the system's. The page itself keeps it (src/theme/use-theme.ts).
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem('spillway-theme');
  } catch {
    // A browser that keeps nothing has nothing to tell.
  }
  const dark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.mantineColorScheme = dark ? 'dark' : 'light';
})();
