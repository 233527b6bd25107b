// The controller manager's host-path provisioner makes directories that only root can write, and the kubelet's fsGroup
// does not reach volumes of that kind. This opens each new directory, so that pods of any user can use their volumes.
//   node volume-modes.ts DIRECTORY
import { chmodSync, mkdirSync, readdirSync, statSync, watch } from 'node:fs'
import { join } from 'node:path'

const openToAll = 0o777
const directory = process.argv[2] ?? ''
mkdirSync(directory, { recursive: true })
chmodSync(directory, 0o755)
watch(directory, openAll)
openAll()

function openAll(): void {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name)
    try {
      // A change of mode is an event of its own: without the question this would wake itself up for ever.
      if ((statSync(path).mode & 0o777) !== openToAll) chmodSync(path, openToAll)
    } catch (error) {
      // A volume may be deleted between the two calls.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}
