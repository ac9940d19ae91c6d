# What the server scripts share; sourced by them, with `set -euo pipefail` in force.
#
# Each server lives below one directory, which holds its configuration, data, logs, process ids, and `env`: a file of
# shell assignments, readable by its owner only, that tells a client where the server is and how to sign in.

server=$(basename "$0")
marker=.penstock-$server

say() { printf '%s: %s\n' "$server" "$*" >&2; }

# Ends with 69 (unavailable), which callers tell from a server that fails to start.
unavailable() {
  say "NOT STARTED: $*"
  exit 69
}

# install COMMAND PACKAGE...: the packages, unless the command is there already.
install() {
  local command=$1
  shift
  if command -v "$command" >/dev/null; then return; fi
  ((EUID == 0)) || unavailable "$command is missing, and only root may install it: apt-get install $*"
  command -v apt-get >/dev/null || unavailable "$command is missing, and this is no Debian"
  say "installing $*"
  # The list of packages may be older than the packages that the mirror still has.
  quietly apt_install "$@" || { quietly apt-get update -q && quietly apt_install "$@"; } ||
    unavailable "apt-get install $* failed: $(tail -n 1 "$dir/start.log")"
}

# RUNLEVEL: a package must not start the system's own server.
apt_install() {
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

# A port of the loopback interface that nobody listens on, below those that the kernel gives to clients.
free_port() {
  local port
  while port=$((20000 + RANDOM % 10000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  printf '%s' "$port"
}

# Runs a command whose output belongs in the log; a daemon must not hold on to the terminal either.
quietly() { "$@" >>"$dir/start.log" 2>&1 </dev/null; }

# await WHAT SECONDS COMMAND...: until the command succeeds.
await() {
  local what=$1 deadline=$((SECONDS + $2))
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || { say "waited in vain for $what"; return 1; }
    sleep 0.2
  done
}

# Ends the processes that wrote a .pid file. What they keep is thrown away, so they get three seconds in all: a part
# of a cluster may wait for another that went first.
end_processes() {
  local file pid pids=()
  for file in "$dir"/run/*.pid; do
    [[ -s $file ]] || continue
    # Read before the kill: some processes remove their file.
    pid=$(<"$file")
    ! kill "$pid" 2>/dev/null || pids+=("$pid")
  done
  for _ in {1..15}; do
    ((${#pids[@]} > 0)) && kill -0 "${pids[@]}" 2>/dev/null || return 0
    sleep 0.2
  done
  kill -KILL "${pids[@]}" 2>/dev/null || true
}

# Started to the end, and no process gone since.
running() {
  local file
  [[ -e $dir/env ]] || return 1
  for file in "$dir"/run/*.pid; do
    kill -0 "$(<"$file")" 2>/dev/null || return 1
  done
}

usage() {
  cat >&2 <<TEXT
usage: bench/servers/$server start [DIR]   starts it below DIR (a new temporary directory) and prints DIR
       bench/servers/$server env DIR       prints the assignments that a client sources; they hold credentials
       bench/servers/$server stop DIR      stops it and removes DIR
TEXT
  exit 2
}

# main COMMAND [DIR]: the scripts define begin and end.
main() {
  (($# == 2)) || { (($# == 1)) && [[ $1 == start ]]; } || usage
  case $1 in
    start)
      if (($# == 2)); then mkdir -p "$2"; fi
      dir=$(realpath "${2:-$(mktemp -d "${TMPDIR:-/tmp}/penstock-$server-XXXXXX")}")
      if ! running; then
        [[ -z $(ls -A "$dir") ]] || { say "$dir is neither empty nor running: stop it, or name another"; exit 1; }
        touch "$dir/$marker"
        trap failed EXIT
        (umask 077 && begin)
        trap - EXIT
      fi
      printf '%s\n' "$dir"
      ;;
    env)
      dir=$(realpath "$2")
      running || { say "not running below $dir"; exit 1; }
      cat "$dir/env"
      ;;
    stop)
      [[ -e $2/$marker ]] || { say "nothing to stop below $2"; exit 0; }
      dir=$(realpath "$2")
      end
      remove
      ;;
    *) usage ;;
  esac
}

failed() {
  [[ ! -s $dir/start.log ]] || tail -n 5 "$dir/start.log" >&2
  end
  remove
}

remove() {
  [[ -e $dir/$marker ]] && rm -rf --one-file-system "$dir"
}
