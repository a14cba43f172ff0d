import { Component, type ReactNode } from 'react';
import { StateLine } from './state-line.tsx';
import { TextButton } from './text-button.tsx';

interface ContainedProps {
  /** The part of the page that is lost if it fails: `the panels`. */
  readonly what: string;
  readonly children: ReactNode;
}

interface ContainedState {
  readonly failure: string | undefined;
}

/** Keeps a part of the page that fails from taking the rest with it, and says what to do. */
export class Contained extends Component<ContainedProps, ContainedState> {
  override state: ContainedState = { failure: undefined };

  static getDerivedStateFromError(error: unknown): ContainedState {
    return { failure: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    const { failure } = this.state;
    if (failure === undefined) return this.props.children;
    // A page that is older than its server asks for files that are gone: the usual reason.
    const text = `${failure}. Reload the page: its server may have been renewed since it was opened.`;
    return (
      <StateLine kind="problem" words={{ title: `This page cannot show ${this.props.what}.`, text }}>
        <TextButton onClick={() => window.location.reload()}>Reload</TextButton>
      </StateLine>
    );
  }
}
