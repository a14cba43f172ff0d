import { Modal } from '@mantine/core';
import type { KeyboardEvent, ReactNode } from 'react';
import css from './dialog.module.css';

interface DialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string | undefined;
  readonly size?: 'md' | 'lg' | 'xl';
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  readonly children: ReactNode;
}

/** A dialog over the page: Escape closes it, and the focus goes back to where it was. */
export function Dialog({ opened, onClose, title, size = 'lg', onKeyDown, children }: DialogProps) {
  return (
    <Modal.Root
      opened={opened}
      onClose={onClose}
      size={size}
      transitionProps={{ duration: 0 }}
      {...(onKeyDown === undefined ? {} : { onKeyDown })}
    >
      <Modal.Overlay />
      <Modal.Content>
        {/* A plain header would count as another banner of the page. */}
        <Modal.Header role="presentation">
          <Modal.Title className={css.title}>{title}</Modal.Title>
          <Modal.CloseButton aria-label="Close" />
        </Modal.Header>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
