/** One measured claim. */
export interface Figure {
  readonly what: string
  /** With its unit. */
  readonly value: string
  /** What it should be, where somebody was promised something. */
  readonly target?: string
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

export const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(0)} MB`
