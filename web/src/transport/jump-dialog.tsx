import { Button, Group, TextInput } from '@mantine/core';
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import type { RunMessage } from '../../../src/api/live/messages.ts';
import { useReplayControl } from '../api/queries.ts';
import { Dialog } from '../dialogs/dialog.tsx';
import { HOUR_MS } from '../format/time.ts';
import { checkJump, DEFAULT_LEAD_HOURS, type JumpCheck, jumpMeaning, momentText, parseMoment } from './jump.ts';
import css from './transport-bar.module.css';

interface JumpDialogProps {
  readonly run: RunMessage;
  /** The moment that is proposed, event milliseconds; undefined while the dialog is closed. */
  readonly proposal: number | undefined;
  readonly onClose: () => void;
}

/** Asks where the film should go on, and says what that means before it does it. */
export function JumpDialog({ run, proposal, onClose }: JumpDialogProps) {
  return (
    <Dialog opened={proposal !== undefined} onClose={onClose} title="Jump to another place" size="md">
      {proposal === undefined ? null : <JumpForm run={run} proposal={proposal} onClose={onClose} />}
    </Dialog>
  );
}

function JumpForm({ run, proposal, onClose }: JumpDialogProps & { readonly proposal: number }) {
  const [to, setTo] = useState(momentText(proposal));
  const [lead, setLead] = useState(String(DEFAULT_LEAD_HOURS));
  const { jump: command } = useReplayControl();
  const check = checkJump(to, lead, run.trace);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (check.jump !== undefined) command.mutate(check.jump, { onSuccess: onClose });
  };
  return (
    <form onSubmit={submit} className={css.jump}>
      <TextInput
        label="Play from (UTC)"
        description={`${momentText(Date.parse(run.trace.from))} up to ${momentText(Date.parse(run.trace.to))}. Arrow up and down move it by an hour, with Shift by a day.`}
        value={to}
        data-autofocus
        error={check.problem?.field === 'to' ? check.problem.text : undefined}
        onChange={({ currentTarget }) => setTo(currentTarget.value)}
        onKeyDown={(event) => moveBy(event, to, setTo)}
      />
      <TextInput
        label="Hours of history before it"
        description="Filled at full speed first, so that there is something to compare with."
        inputMode="numeric"
        value={lead}
        error={check.problem?.field === 'leadHours' ? check.problem.text : undefined}
        onChange={({ currentTarget }) => setLead(currentTarget.value)}
      />
      <p aria-live="polite">{meaning(check, run.run)}</p>
      {command.error === null ? null : (
        <p role="alert" className={css.wrong}>
          {[command.error.message, command.error.hint].filter((part) => part !== undefined).join('; ')}
        </p>
      )}
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" disabled={check.jump === undefined || command.isPending}>
          {command.isPending ? 'Starting the new run…' : 'Start the new run'}
        </Button>
      </Group>
    </form>
  );
}

function meaning(check: JumpCheck, run: string): string {
  return check.jump === undefined
    ? 'A jump starts a new run; the present one stays on disk as it is.'
    : jumpMeaning(check, run);
}

function moveBy(event: KeyboardEvent, to: string, setTo: (to: string) => void): void {
  const direction = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0;
  const ms = parseMoment(to);
  if (direction === 0 || ms === undefined) return;
  event.preventDefault();
  setTo(momentText(ms + direction * HOUR_MS * (event.shiftKey ? 24 : 1)));
}
