import { Popover } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { TextButton } from '../states/text-button.tsx';

interface PickerButtonProps {
  readonly label: string;
  /** The key that presses it, where one does. */
  readonly action?: string;
  readonly children: ReactNode;
}

/** A button that opens what can be chosen; Escape brings back to it. */
export function PickerButton({ label, action, children }: PickerButtonProps) {
  const [opened, setOpened] = useState(false);
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom-start"
      trapFocus
      returnFocus
      width="min(360px, 92vw)"
    >
      <Popover.Target>
        <TextButton data-action={action} onClick={() => setOpened(!opened)}>
          {label} ▾
        </TextButton>
      </Popover.Target>
      <Popover.Dropdown aria-label={label}>{children}</Popover.Dropdown>
    </Popover>
  );
}
