/** A test or check that failed, with everything needed to see why. */
export interface Failure {
  readonly title: string;
  readonly detail: string;
}

/** A test that was left out, and its reason. */
export interface Skip {
  readonly title: string;
  readonly reason: string;
}

/** What one test file, or one check, came to. */
export interface Outcome {
  readonly passed: number;
  readonly failures: readonly Failure[];
  readonly skips: readonly Skip[];
}

/** The outcome of several. */
export function sumOutcomes(outcomes: readonly Outcome[]): Outcome {
  return {
    passed: outcomes.reduce((sum, outcome) => sum + outcome.passed, 0),
    failures: outcomes.flatMap((outcome) => outcome.failures),
    skips: outcomes.flatMap((outcome) => outcome.skips),
  };
}
