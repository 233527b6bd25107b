/** Where definitions can be. */

export interface DatabaseOptions {
  /** Default: the one in the connection string, else `cas`. */
  readonly database?: string | undefined
  /** Default: `cas-service-registry`. */
  readonly collection?: string | undefined
}

/** A connection string, not a file. */
export const isDatabase = (location: string): boolean => /^mongodb(\+srv)?:\/\//i.test(location)

/** Whether a location that is not there may have been meant as a connection string, or as another URI. */
export const looksLikeUri = (location: string): boolean =>
  /^[^a-z]*mongodb\b|^[^a-z]*[a-z][a-z0-9+.-]+:\//i.test(location)
