/** What `caspool sync --help` prints. */
export const help = `usage: caspool sync SRC DST [OPTION…]

Makes the definitions in the directory DST those of the directory SRC, with rsync. Either may be on another host:
[USER@]HOST:DIR, over ssh, which never asks for anything. Files that end in .json, .yml and .yaml travel, also those
in directories below; what is hidden does not. They are checked first, and nothing is sent while one has an error.
DST stays as it is until everything has arrived.

  --every TIME        again and again, so long after each other (30s, 5m, 1h), until SIGTERM or Ctrl-C
  --jitter TIME       wait up to so much longer, at random; default: a tenth of --every; 0: none
  -n, --dry-run       say what would change, and change nothing
  --progress          show how far the copying is
  --delete            delete from DST what is not in SRC; never if SRC is empty or cannot be read as a whole;
                      without it, a run is refused that would leave an id of SRC in another file of DST, too
  --max-delete N      with --delete: refuse a run that would delete more than N files
                      (default: more than 10 files and more than 30 % of those that are there)
  --check HOW         what is asked of definitions: full (the default): all that "caspool lint" calls an error;
                      syntax: only whether a CAS server can read the file, as for Apereo CAS servers that serve
                      more than these do (SAML, OAuth, OpenID Connect); none: nothing
  --no-lint           the same as --check none
  --all               files of any kind, hidden ones too
  -p, --port PORT     of the ssh server
  -i, --identity FILE private key for ssh
  -o, --ssh-option X  option of ssh, as "ssh -o" takes it; may be given several times
  --bwlimit RATE      at most so many KiB per second, or with a unit: 2M
  --timeout SECONDS   give up when no byte came for so long; default: 60
  --rsync FILE        rsync on this machine; default: rsync
  --rsync-path FILE   rsync on the other host; default: rsync
  --state DIR         where snapshots and locks are kept; default: ~/.local/state/caspool/sync
  --metrics-file FILE metrics of the last run, for node_exporter's textfile collector; FILE ends in .prom

Exit status: 0 well; 1 definitions have errors; 2 not understood; 3 SRC is not there or cannot be read as a whole, or rsync
or ssh failed or is missing; 4 another run into DST is under way; 5 refused, as too much would be deleted, SRC is empty or
DST would hold an id in two files; 130, 143 stopped by SIGINT, SIGTERM. With --every: 0 when it is
told to stop, whatever the runs came to.
`
