import { expect, it } from '@jest/globals'
import { SettingsFault } from './fault.ts'
import { silentLog } from './log.ts'
import { openMongoClient } from './mongo-client.ts'

function problemOf(uri: string): string {
  try {
    void openMongoClient({ uri, appName: 'test', log: silentLog }).close()
  } catch (thrown) {
    if (thrown instanceof SettingsFault) return thrown.problems.join()
    throw thrown
  }
  return 'taken'
}

it.each([
  ['not a uri at all, S3cret', 'begin with mongodb://'],
  ['', 'begin with mongodb://'],
  ['mongodb://', 'names no host'],
  ['mongodb://cas:S3cret/x@db/cas', 'not percent-encoded'],
  ['mongodb://S3cret/x:y@db/cas', 'not percent-encoded'],
  ['mongodb://cas:S3cret%zz@db/cas', 'not percent-encoded'],
  ['mongodb://cas:S3cret@x@db/cas', 'not percent-encoded'],
  ['mongodb://@S3cret', 'user name is empty'],
  ['mongodb://cas:S3cret', 'host or port'],
  ['mongodb+srv://cas:S3cret@db:27017/cas', 'no port'],
  ['mongodb://cas:x@db/cas?S3cret=1', 'an option in it is not known'],
  ['mongodb://cas:x@db/cas?maxIdleTimeMS=S3cret', 'a value that it does not take'],
])('says why a connection string is refused, and nothing of it: %s', (uri, why) => {
  const problem = problemOf(uri)
  expect(problem).toMatch(/^the MongoDB connection string is refused: /)
  expect(problem).toContain(why)
  expect(problem).not.toContain('S3cret')
})
