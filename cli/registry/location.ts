/** Where definitions can be. */

export interface DatabaseOptions {
  /** Default: the one in the connection string, else `cas`. */
  readonly database?: string | undefined
  /** Default: `cas-service-registry`. */
  readonly collection?: string | undefined
}

/** A connection string, not a file. */
export const isDatabase = (location: string): boolean => /^mongodb(\+srv)?:\/\//i.test(location)
