import type { ReactNode } from 'react';

/** The signs of a film editor, drawn in the colour of their text; what they mean is said beside them. */
function Icon({ children }: { readonly children: ReactNode }) {
  return (
    <svg width="16" height="16" viewBox="0 0 16 16" fill="currentColor" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const PlayIcon = () => (
  <Icon>
    <path d="M4 2.5v11l9.5-5.5z" />
  </Icon>
);

export const PauseIcon = () => (
  <Icon>
    <path d="M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z" />
  </Icon>
);

export const BackIcon = () => (
  <Icon>
    <path d="M2.5 2.5h2v11h-2zM13.5 2.5v11L5 8z" />
  </Icon>
);

export const StepIcon = () => (
  <Icon>
    <path d="M11.5 2.5h2v11h-2zM2.5 2.5v11L11 8z" />
  </Icon>
);

export const DownIcon = () => (
  <Icon>
    <path d="M4 6l4 4.5L12 6z" />
  </Icon>
);
