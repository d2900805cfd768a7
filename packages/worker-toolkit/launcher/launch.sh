#!/bin/sh
# Runs a job's program on one machine, whatever the image: needs a POSIX shell, tar and sha256sum (or shasum), nothing else.
#
#   /bin/sh launch.sh <sha-256 of launch.sh> <of launch.settings> <of sourcedir.tar.gz>
#
# The three files lie in one folder, the `code` channel. Their digests come with the job's request, which whoever may write
# to the bucket cannot change; a file that is not the pinned one is refused with exit code 86.
# Paths and names are those of src/contract.ts. `SSM_MACHINE_ROOT` moves the whole tree elsewhere; it is unset on a real machine.
#
# Every process started here is paid for by every job on every machine: hence the builtins where a tool would be shorter.
set -fu

main() {
  find_places
  trap stop_program TERM INT HUP
  trap remove_scratch EXIT
  refuse_changed_files "$@"
  . "$channel/launch.settings" # sets "$@", ssm_kind, ssm_run, ssm_network_isolated and exports what the request knew
  find_state_and_config
  read_machine
  make_folders
  unpack_bundle
  restore_state
  unpack_channels
  export_environment
  cd "$code" || give_up 1 "cannot enter $code"
  case $ssm_run in
    python) run_python "$@" ;;
    node) run_node "$@" ;;
    script) run_script "$@" ;;
    line) run_line "$@" ;;
    command) run_command "$@" ;;
    *) give_up 1 "launch.settings asks for an unknown way to run: $ssm_run" ;;
  esac
}

# ---- places ------------------------------------------------------------------------------------------------------------------

find_places() {
  SSM_MACHINE_ROOT=${SSM_MACHINE_ROOT-}
  channel=${0%/*}
  ml=$SSM_MACHINE_ROOT/opt/ml
  code=$ml/code
  scratch=$ml/.ssm-launch-$$
  host= program= stopped= scratch_made= ssm_kind=training
  case $channel in */processing/*) ssm_kind=processing ;; esac
}

find_state_and_config() {
  if [ "$ssm_kind" = processing ]; then
    config=$ml/config input=$ml/processing/input output=$ml/processing/output state=$ml/processing/state
  else
    config=$ml/input/config input=$ml/input output=$ml/output/data state=$SSM_MACHINE_ROOT/state
  fi
}

make_folders() {
  mkdir -p "$code" "$ml/model" "$ml/output/tensorboard" "$output" "$state/$host" "$scratch" ||
    give_up 1 "cannot create the folders of the machine under $ml and $state: is the disk full, or the image's user not allowed to write there?"
  scratch_made=1
}

remove_scratch() {
  [ -z "$scratch_made" ] || rm -rf "$scratch"
}

# ---- the pinned files --------------------------------------------------------------------------------------------------------

refuse_changed_files() {
  [ $# -eq 3 ] || give_up 2 "usage: launch.sh <sha-256 of launch.sh> <of launch.settings> <of sourcedir.tar.gz>"
  # One process for all three; plain names, because the tools escape odd characters of a path.
  sums=$(cd "$channel" && digests_of "${0##*/}" launch.settings sourcedir.tar.gz)
  refuse_unless_pinned "$1" "${0##*/}"
  refuse_unless_pinned "$2" launch.settings
  refuse_unless_pinned "$3" sourcedir.tar.gz
}

digests_of() {
  if has sha256sum; then exec sha256sum "$@"
  elif has shasum; then exec shasum -a 256 "$@"
  else echo 'ssm: neither sha256sum nor shasum is in the image, so nothing can be checked' >&2
  fi
}

refuse_unless_pinned() {
  case "
$sums
" in
    *"
$1  $2
"*) ;;
    *) give_up 86 "$channel/$2 is not the file this job was submitted with: it was changed, or is missing. Nothing was run; submit the job again." ;;
  esac
}

unpack_bundle() {
  has tar || give_up 127 "tar is not in the image, so the job's code cannot be unpacked. Use an image with tar, or add it in a Dockerfile."
  # -o: the files belong to whoever runs the job, not to the user numbers of the archive.
  TAR_OPTIONS='' tar -xzof "$channel/sourcedir.tar.gz" -C "$code" ||
    give_up 1 "the job's code could not be unpacked into $code (tar needs gzip, and room on the disk)"
}

# A processing job gets the state of the run before as an input beside the folder that is uploaded; training gets it in place.
restore_state() {
  previous=$ml/processing/state_prev
  { [ "$ssm_kind" = processing ] && [ -d "$previous" ]; } || return 0
  cp -R "$previous/." "$state/" || give_up 1 "the state of the run before could not be copied from $previous to $state"
}

# Archives of the channels named in the settings, one folder a line, are unpacked beside themselves: a model of another task.
# Whoever wrote them may have been hostile, and the tar programs differ in what they let through. So an archive is listed before
# it is unpacked, goes into an empty folder of its own, and only then do its files move into the channel, never through a link.
unpack_channels() {
  [ -n "${ssm_unpack-}" ] || return 0
  while IFS= read -r folder; do
    [ -z "$folder" ] || unpack_archives_in "$SSM_MACHINE_ROOT$folder"
  done <<END
${ssm_unpack-}
END
}

unpack_archives_in() {
  set +f
  set -- "$1" "$1"/*.tar.gz "$1"/*.tgz
  into=$1 staging=$1/.ssm-unpack-$$ archives=0
  shift
  for archive; do
    [ -f "$archive" ] || continue
    # The staging folder is inside the channel, because a channel may be a file system of its own.
    [ "$archives" -gt 0 ] || mkdir "$staging" || give_up 1 "$staging cannot be created: is the disk full, or the channel read-only?"
    archives=$((archives + 1))
    stage_archive "$archive" "$staging/$archives"
  done
  archive=1
  while [ "$archive" -le "$archives" ]; do
    merge_folder "$staging/$archive" "$into" ||
      give_up_unpacking "the archives of $into could not be unpacked beside each other: one holds a folder where another holds a file"
    archive=$((archive + 1))
  done
  [ "$archives" -eq 0 ] || rm -rf "$staging"
  set -f
}

stage_archive() {
  list_archive "$1" | refuse_unsafe_entries ||
    give_up_unpacking "$1 was not unpacked: it holds a device, a link or a name that leads out of its folder, or a line break in a name. Open it in your own code instead."
  # -o: the files belong to whoever runs the job, not to the user numbers of the archive.
  { mkdir "$2" && TAR_OPTIONS='' tar -xzof "$1" -C "$2" </dev/null && chmod -R u+rwX "$2"; } ||
    give_up_unpacking "$1 could not be unpacked (is the disk full, or the file no archive?)"
}

list_archive() {
  LC_ALL=C TAR_OPTIONS='' tar -tvzf "$1" </dev/null 2>/dev/null
}

# Every entry begins a line with its type. The rest of a line is read strictly, for an owner or a name may imitate the other
# fields: no absolute name or link, no `..`. Links that stay inside are common: `last.ckpt -> epoch-9.ckpt`.
refuse_unsafe_entries() {
  export LC_ALL=C
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      *' /'* | *' ../'* | */../* | */.. | *' ..' | *'/.. '* | *' .. '*) return 1 ;;
      [-dlh]*) ;;
      *) return 1 ;;
    esac
  done
}

# Moves what is in one folder into another. Folders that are in both are merged, files of the second are replaced.
merge_folder() {
  for entry in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    target=$2/${entry##*/}
    { exists "$entry" && exists "$target"; } || continue
    if is_folder "$target"; then
      is_folder "$entry" && merge_folder "$entry" "$target" || return 1
    else
      rm -f "$target" && mv "$entry" "$target" || return 1
    fi
  done
  move_new "$1" "$2"
}

move_new() {
  from=$1 to=$2
  set --
  for entry in "$from"/* "$from"/.[!.]* "$from"/..?*; do
    { exists "$entry" && ! exists "$to/${entry##*/}"; } || continue
    set -- "$@" "$entry"
    [ $# -lt 100 ] || { mv "$@" "$to/" && set --; } || return 1
  done
  [ $# -eq 0 ] || mv "$@" "$to/"
}

exists() {
  [ -e "$1" ] || [ -h "$1" ]
}

is_folder() {
  [ -d "$1" ] && [ ! -h "$1" ]
}

give_up_unpacking() {
  rm -rf "$staging"
  give_up 1 "$1"
}

# ---- facts of this machine ---------------------------------------------------------------------------------------------------

read_machine() {
  compact_json "$config/inputdataconfig.json"
  input_data_config=$compact
  compact_json "$config/resourceconfig.json"
  resource_config=${compact:-'{}'}
  find_text current_host
  host=${found:-algo-1}
  list_hosts
}

# Puts the JSON of a file into $compact without the blanks between its tokens; nothing when there is no such file.
compact_json() {
  compact= rest=
  [ -r "$1" ] || return 0
  while IFS= read -r line || [ -n "$line" ]; do rest="$rest$line "; done <"$1"
  while :; do
    case $rest in *\"*) ;; *) break ;; esac
    append_without_blanks "${rest%%\"*}"
    rest=${rest#*\"}
    append_string
  done
  append_without_blanks "$rest"
}

append_without_blanks() {
  for token in $1; do compact=$compact$token; done
}

# Moves the rest of a string, its opening quote already taken, from $rest to $compact.
append_string() {
  compact="$compact\""
  while :; do
    part=${rest%%\"*}
    rest=${rest#*\"}
    compact="$compact$part\""
    case $part in *\\) ;; *) return ;; esac # the quote was escaped
  done
}

# $found: the text of a field of the machine's description, empty when it has none.
find_text() {
  found=
  case $resource_config in
    *"\"$1\":\""*) found=${resource_config#*\"$1\":\"} && found=${found%%\"*} ;;
  esac
}

# $hosts_json, $first_host, $rank and $machines. Instance groups carry host lists of their own, which do not count.
list_hosts() {
  hosts_json="[\"$host\"]" first_host=$host all_hosts="$host\",\"" rank=0 machines=0
  names=$resource_config
  case $names in
    *'"instance_groups":[{'*) names=${names%%\"instance_groups\":*}${names#*\"instance_groups\":\[*\}\]} ;;
  esac
  case $names in *'"hosts":["'*) ;; *) machines=1 && return ;; esac
  names=${names#*\"hosts\":} names=${names%%\]*}
  hosts_json="$names]"
  names=${names#\[\"} names=${names%\"}\",\"
  first_host=${names%%\"*} all_hosts=$names
  while [ -n "$names" ]; do
    [ "${names%%\"*}" != "$host" ] || rank=$machines
    machines=$((machines + 1))
    names=${names#*\",\"}
  done
}

count_cpus() {
  cpus=${SM_NUM_CPUS-}
  [ -z "$cpus" ] || return 0
  cpus=$(nproc 2>/dev/null) || cpus=$(getconf _NPROCESSORS_ONLN 2>/dev/null) || cpus=1
}

count_gpus() {
  gpus=0
  has nvidia-smi || return 0
  gpus=$(nvidia-smi -L 2>/dev/null | grep -c '^GPU ')
}

count_neurons() {
  neurons=0
  has neuron-ls || return 0
  for cores in $(neuron-ls -j 2>/dev/null | tr ',' '\n' | sed -n 's/.*"nc_count": *\([0-9][0-9]*\).*/\1/p'); do
    neurons=$((neurons + cores))
  done
}

export_environment() {
  count_cpus
  count_gpus
  count_neurons
  export SM_CURRENT_HOST="$host" SM_HOSTS="$hosts_json" SSM_HOST_RANK="$rank" SSM_NUM_NODES="$machines"
  export SM_NUM_CPUS="$cpus" SM_NUM_GPUS="$gpus" SM_NUM_NEURONS="$neurons" SM_LOG_LEVEL="${SM_LOG_LEVEL:-20}"
  export SM_RESOURCE_CONFIG="$resource_config" SM_INPUT_DATA_CONFIG="${input_data_config:-"{}"}"
  find_text current_instance_type
  export SM_CURRENT_INSTANCE_TYPE="$found"
  find_text network_interface_name
  export SM_NETWORK_INTERFACE_NAME="${found:-eth0}"
  export SM_MODEL_DIR="$ml/model" SM_OUTPUT_DIR="$ml/output" SM_OUTPUT_DATA_DIR="$output"
  export SM_INPUT_DIR="$input" SM_INPUT_CONFIG_DIR="$config" SSM_TENSORBOARD_DIR="$ml/output/tensorboard"
  export SSM_STATE="$state" SSM_INSTANCE_STATE="$state/$host"
  [ "$ssm_kind" != processing ] || export SSM_OUTPUT="$output"
  export MASTER_ADDR="${MASTER_ADDR:-$first_host}" MASTER_PORT="${MASTER_PORT:-7777}"
  [ "${ssm_distribution-}" != multi_worker_mirrored ] || export TF_CONFIG="${TF_CONFIG:-$(tensorflow_cluster)}"
  export PYTHONPATH="$code${PYTHONPATH:+:$PYTHONPATH}" PYTHONUNBUFFERED="${PYTHONUNBUFFERED:-1}"
}

# What TensorFlow's MultiWorkerMirroredStrategy wants to be told: every machine's address, and which of them this one is.
tensorflow_cluster() {
  workers=
  while [ -n "$all_hosts" ]; do
    workers="$workers${workers:+,}\"${all_hosts%%\"*}:8890\""
    all_hosts=${all_hosts#*\",\"}
  done
  echo "{\"cluster\":{\"worker\":[$workers]},\"task\":{\"type\":\"worker\",\"index\":$rank}}"
}

# ---- ways to run -------------------------------------------------------------------------------------------------------------

run_python() {
  if has python3; then python=python3
  elif has python; then python=python
  else give_up 127 "neither python3 nor python is in the image, and the job's entry is $1. Use an image with Python."
  fi
  need_entry "$1"
  install_requirements
  run_with "$python" "$@"
}

run_node() {
  has node || give_up 127 "node is not in the image, and the job's entry is $1. Use an image with Node.js 20 or newer, or add it in a Dockerfile."
  need_entry "$1"
  run_with node "$@"
}

# An entry that begins with a dash must not be taken for an option; others keep their plain name in argv.
run_with() {
  interpreter=$1 entry=$2
  shift 2
  case $entry in -*) entry=./$entry ;; esac
  finish "$interpreter" "$entry" "$@"
}

run_script() {
  need_entry "$1"
  entry=./$1
  shift
  first=
  IFS= read -r first <"$entry" || :
  case $first in
    '#!'*) need_script_interpreter ;;
    *) if has bash; then finish bash "$entry" "$@"; else finish sh "$entry" "$@"; fi ;;
  esac
  [ -x "$entry" ] || chmod u+x "$entry" || give_up 126 "$entry could not be made executable"
  finish "$entry" "$@"
}

# The kernel's own message for a missing interpreter is "not found", about a file that is plainly there.
need_script_interpreter() {
  for interpreter in ${first#'#!'}; do
    case $interpreter in
      *"$(printf '\r')") give_up 127 "the lines of $entry end with CR LF, as on Windows: save it with LF line ends" ;;
    esac
    [ -x "$interpreter" ] || give_up 127 "$entry asks for $interpreter in its first line, which is not in the image"
    return 0
  done
}

run_line() {
  line=$1
  shift
  if has bash; then finish bash -c "$line" bash "$@"; else finish sh -c "$line" sh "$@"; fi
}

run_command() {
  case $1 in
    */*)
      [ -e "$1" ] || give_up 127 "$1 is not in the image, nor among the job's files"
      [ -x "$1" ] || give_up 126 "$1 is not executable"
      ;;
    *) has "$1" || give_up 127 "$1 is not in the image (PATH is $PATH)" ;;
  esac
  finish "$@"
}

need_entry() {
  [ -f "$1" ] || give_up 127 "the entry $1 is not among the job's files in $code"
}

has() {
  command -v "$1" >/dev/null 2>&1
}

install_requirements() {
  [ -f requirements.txt ] || return 0
  if [ -n "${ssm_network_isolated-}" ]; then
    echo 'ssm: requirements.txt is not installed, because this job has no network' >&2
    return 0
  fi
  # A moved root is a folder of somebody's own computer: its Python must not change, so the packages stay in that folder.
  if [ -n "$SSM_MACHINE_ROOT" ]; then
    packages=$ml/packages
    PYTHONPATH=$PYTHONPATH:$packages PATH=$packages/bin:$PATH
    supervise pip_install --target "$packages"
  else
    supervise pip_install
  fi
  [ "$ended" -eq 0 ] || end_badly "$ended" "requirements.txt could not be installed (pip ended with exit code $ended) on $host"
}

# Environment instead of options: an older pip ignores a variable it does not know, but stops at such an option.
pip_install() {
  heed_a_stop
  export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore PIP_BREAK_SYSTEM_PACKAGES=1
  exec "$python" -m pip install --quiet -r requirements.txt "$@" >&2
}

# ---- the program -------------------------------------------------------------------------------------------------------------

finish() {
  supervise exec_program "$@"
  [ "$ended" -ne 0 ] || exit 0
  end_badly "$ended" "$(how_it_ended "$ended") on $host"
}

# `exec`, so that a program called `echo` or `test` is the image's own and not the shell's, and gets our signals itself.
exec_program() {
  heed_a_stop
  exec "$@"
}

# A process that is just being forked still has our trap, and would swallow a signal with it: $scratch/stopped tells it then.
heed_a_stop() {
  trap - TERM INT HUP
  [ ! -e "$scratch/stopped" ] || exit 143
}

# A program in the background of a shell ignores SIGINT for good, so every wish to end reaches it as SIGTERM.
stop_program() {
  stopped=1 signalled=1
  [ -z "$scratch_made" ] || true >"$scratch/stopped"
  [ -z "$program" ] || pass_stop_on
}

pass_stop_on() {
  kill -TERM "$program" 2>/dev/null
  passed_on=1
}

# Runs a function as a process of its own and leaves its exit code in $ended, and its last words in $scratch/last.
supervise() {
  [ -z "$stopped" ] || end_badly 143 "stopped before the program was started on $host"
  ended=0 signalled= passed_on=
  listen_to_stderr
  if [ -n "$listening" ]; then "$@" </dev/null 2>&5 3>&- 5>&- & else "$@" </dev/null & fi
  program=$!
  # A signal that came before the program had a number is still to be passed on.
  if [ -n "$stopped" ] && [ -z "$passed_on" ]; then pass_stop_on; fi
  [ -z "$listening" ] || exec 5>&-
  wait_for_program
  program=
  finish_listening
}

# A trapped signal ends `wait` early with a code that is not the program's: ask again. Shells forget a code they have told
# (127), so the one at hand counts when the program was already gone before asking again.
wait_for_program() {
  wait "$program" 2>/dev/null
  ended=$?
  while [ -n "$signalled" ]; do
    signalled=
    alive=1
    kill -0 "$program" 2>/dev/null || alive=
    wait "$program" 2>/dev/null
    again=$?
    [ "$again" -eq 127 ] && [ -z "$alive" ] || ended=$again
  done
}

# stderr goes on unchanged through tee, which hands a copy to tail: memory stays flat however much is written.
# A fifo opened for reading and writing waits for nobody. Its ends are inherited, not opened by those who use them: whoever
# comes late, or dies at once, leaves nobody waiting (tee keeps 7 only to be a writer of the copy before it has opened it).
listen_to_stderr() {
  listening=
  { has mkfifo && has tee && has tail && has sleep; } || return 0
  [ -p "$scratch/nap" ] || mkfifo "$scratch/stderr" "$scratch/copy" "$scratch/nap" 2>/dev/null || return 0
  exec 3<>"$scratch/stderr" 4<"$scratch/stderr" 5>"$scratch/stderr"
  exec 3<>"$scratch/copy" 6<"$scratch/copy" 7>"$scratch/copy"
  exec 3<>"$scratch/nap"
  pass_stderr_on &
  tee=$!
  keep_last_words &
  tail=$!
  exec 4<&- 6<&- 7>&-
  listening=1
}

# It ignores the signals a whole process group may get, for the program's last words come after them; so does tail.
pass_stderr_on() {
  trap '' TERM INT HUP
  exec tee "$scratch/copy" <&4 >&2 3>&- 4<&- 5>&- 6<&-
}

# Ends the nap of finish_listening as soon as all is heard. Only KILL is sure to reach a process that is just being forked.
keep_last_words() {
  trap '' TERM INT HUP
  exec 4<&- 5>&- 7>&-
  tail -c 800 <&6 >"$scratch/last" 3>&-
  read -r nap <&3
  kill -KILL "$nap" 2>/dev/null
}

# tee ends with the last process that holds the program's stderr, which may be a child that outlives it by years:
# whoever has not ended a second after the program is not heard.
finish_listening() {
  [ -n "$listening" ] || return 0
  sleep 1 3>&- &
  nap=$!
  echo "$nap" >&3
  exec 3>&-
  wait_through_signals "$nap"
  [ "$waited" -eq 137 ] || kill -KILL "$tee" 2>/dev/null
  wait_through_signals "$tee"
  wait_through_signals "$tail"
}

wait_through_signals() {
  signalled=1
  while [ -n "$signalled" ]; do
    signalled=
    wait "$1" 2>/dev/null
    waited=$?
  done
}

# ---- failure -----------------------------------------------------------------------------------------------------------------

how_it_ended() {
  name=
  [ "$1" -le 128 ] || name=$(kill -l "$1" 2>/dev/null)
  case $name in
    [A-Z]*) echo "killed by signal $(($1 - 128)) (SIG${name#SIG})" ;;
    *) echo "exit code $1" ;; # a number beyond the signals: the program's own
  esac
}

give_up() {
  echo "ssm: $2" >&2
  rm -f "$scratch/last"
  write_failure "$2"
  exit "$1"
}

end_badly() {
  write_failure "$2"
  exit "$1"
}

# The service shows at most 1024 bytes, and fails a processing job whose message is not UTF-8.
write_failure() {
  mkdir -p "$ml/output" || return 0
  # What the program itself had to say is worth more.
  [ -s "$ml/output/failure" ] || failure_text "$1" >"$ml/output/failure"
  [ "$ssm_kind" != processing ] || [ -s "$ml/output/message" ] || cat "$ml/output/failure" >"$ml/output/message"
}

failure_text() {
  export LC_ALL=C
  [ -s "$scratch/last" ] || { printf '%.1000s\n' "$1" && return; }
  printf '%.200s\n' "$1"
  tail -n 15 "$scratch/last" | only_utf8
}

only_utf8() {
  if has iconv; then tr -d '\000-\010\013-\037\177' | iconv -c -f UTF-8 -t UTF-8 2>/dev/null; else tr -cd '\011\012\040-\176'; fi
}

main "$@"
