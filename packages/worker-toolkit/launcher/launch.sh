#!/bin/sh
# Runs a job's program on one machine, whatever the image: needs a POSIX shell, tar, mkdir and a program that makes SHA-256 digests.
#
#   /bin/sh launch.sh <sha-256 of launch.sh> <of launch.settings> <of sourcedir.tar.gz> [the output of sha256sum for the three]
#
# The three files lie in one folder, the `code` channel. Their digests come with the job's request, which whoever may write
# to the bucket cannot change; a file that is not the pinned one is refused with exit code 86.
# Paths and names are those of src/contract.ts. `SSM_MACHINE_ROOT` moves the whole tree elsewhere; it is unset on a real machine.
#
# Every process started here is paid for by every job on every machine: hence the builtins where a tool would be shorter.
# Variables of this script begin with an underscore: others may be in the job's environment, and reach the program unchanged.
set -fu

main() {
  case ${1-} in save-state) save_state "$2"; return ;; esac
  find_places
  trap stop_program TERM INT HUP
  refuse_changed_files "$@"
  . "$_channel/launch.settings" # sets "$@", ssm_kind, ssm_run, ssm_network_isolated and exports what the request knew
  find_state_and_config
  read_machine
  make_folders
  unpack_bundle
  restore_state
  unpack_channels
  export_environment
  cd "$_code" || give_up 1 "cannot enter $_code"
  wait_for_machines
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
  _channel=${0%/*}
  _ml=$SSM_MACHINE_ROOT/opt/ml
  _code=$_ml/code
  # Left behind on purpose: removing it would cost every job a process, and it goes with the machine.
  _scratch=$_ml/.ssm-launch
  unset ssm_launch ssm_processes ssm_mpi_options ssm_wait_for_machines ssm_tell_wait ssm_packages ssm_state_archive # of the settings alone
  _host='' _program='' _python='' _stopped='' _scratch_made='' _whole_group='' _server='' _packs='' ssm_kind=training
  case $_channel in */processing/*) ssm_kind=processing ;; esac
}

find_state_and_config() {
  if [ "$ssm_kind" = processing ]; then
    _config=$_ml/config _input=$_ml/processing/input _data=$_ml/processing/input _output=$_ml/processing/output _state=$_ml/processing/state
    _kept=$_ml/processing/state_archive _previous=$_ml/processing/state_prev
  else
    _config=$_ml/input/config _input=$_ml/input _data=$_ml/input/data _output=$_ml/output/data _state=$SSM_MACHINE_ROOT/state
    _kept=$_ml/checkpoints _previous=$_kept
  fi
  # Kept file by file, the state is in its place.
  [ -n "${ssm_state_archive-}" ] || [ "$ssm_kind" = processing ] || _previous=$_state
}

# Ends the job when the image lacks a program: $1, which is needed for $2.
need() {
  has "$1" || give_up 127 "$1 is not in the image, and $2. Use an image with $1, or add it in a Dockerfile."
}

make_folders() {
  if [ -e "$_scratch/stopped" ] || [ -e "$_scratch/last" ]; then drop "$_scratch/stopped" "$_scratch/last"; fi
  make_missing "$_code" "$_ml/model" "$_ml/output/tensorboard" "$_ml/output/metrics/sagemaker" "$_output" "$_state/$_host" "$_scratch" || {
    need mkdir "the folders of the machine are made by it"
    give_up 1 "cannot create the folders of the machine under $_ml and $_state: $(room_or "the image's user may not write there")"
  }
  _scratch_made=1
}

# Removes files of ours, or empties them where nothing removes files: nobody reads an empty one.
drop() {
  if has rm; then rm -f "$@"; else for _file; do [ ! -e "$_file" ] || : >"$_file"; done; fi
}

# Whoever laid out the machine may have made them, which saves a process.
make_missing() {
  for _folder; do
    shift
    [ -d "$_folder" ] || set -- "$@" "$_folder"
  done
  [ $# -eq 0 ] || { has mkdir && mkdir -p "$@"; }
}

# Why something could not be written: a full disk, when it is, or else the given reason.
room_or() {
  if disk_is_full; then echo "the machine's disk is full. Ask for a larger one (the volume size), or bring less data."
  else echo "$1"
  fi
}

disk_is_full() {
  has df || return 1
  df -Pk "$_ml" 2>/dev/null | {
    read -r _line
    read -r _line _line _line _free _line
    [ "${_free:-1024}" -lt 1024 ]
  }
}

# ---- the pinned files --------------------------------------------------------------------------------------------------------

refuse_changed_files() {
  [ $# -eq 3 ] || [ $# -eq 4 ] || give_up 2 "usage: launch.sh <sha-256 of launch.sh> <of launch.settings> <of sourcedir.tar.gz>"
  # Whoever started this script has already read all three, in one process. Plain names, because the tools escape odd
  # characters of a path.
  _sums=${4-}
  [ -n "$_sums" ] || _sums=$(cd "$_channel" && digests_of "${0##*/}" launch.settings sourcedir.tar.gz)
  [ -n "$_sums" ] || has_digests || give_up 127 "none of sha256sum, shasum, busybox, openssl and python3 is in the image, and the job's files are checked by one of them. Add coreutils in a Dockerfile."
  refuse_unless_pinned "$1" "${0##*/}"
  refuse_unless_pinned "$2" launch.settings
  refuse_unless_pinned "$3" sourcedir.tar.gz
}

# The first words of a request know the same programs: they have checked this file by one of them.
digests_of() {
  if has sha256sum; then exec sha256sum "$@"
  elif has shasum; then exec shasum -a 256 "$@"
  elif has busybox && busybox sha256sum </dev/null >/dev/null 2>&1; then exec busybox sha256sum "$@"
  elif has openssl; then exec openssl dgst -r -sha256 "$@"
  elif has python3; then exec python3 -c 'import hashlib, sys
for name in sys.argv[1:]: print(hashlib.sha256(open(name, "rb").read()).hexdigest() + "  " + name)' "$@"
  fi
}

has_digests() {
  has sha256sum || has shasum || has busybox || has openssl || has python3
}

refuse_unless_pinned() {
  case "
$_sums
" in
    *"
$1  $2
"* | *"
$1 *$2
"*) ;;
    *) give_up 86 "$_channel/$2 is not the file this job was submitted with: it was changed, or is missing. Nothing was run; submit the job again." ;;
  esac
}

unpack_bundle() {
  need tar "the job's code is unpacked by it"
  # -o: the files belong to whoever runs the job, not to the user numbers of the archive. tar and gzip take options from the
  # environment, which here is the job's.
  TAR_OPTIONS='' GZIP='' tar -xzof "$_channel/sourcedir.tar.gz" -C "$_code" ||
    { has gzip || disk_is_full || give_up 127 "gzip is not in the image, and tar needs it to unpack the job's code. Use an image with gzip, or add it in a Dockerfile."
      give_up 1 "the job's code could not be unpacked into $_code: $(room_or 'tar failed')"; }
  # Where SageMaker's own processors put it, and scripts look for it. A read-only channel does without.
  [ "$ssm_kind" != processing ] || link_code
}

link_code() {
  set +f
  ln -s "$_code"/* "$_channel/" 2>/dev/null
  set -f
}

# A processing job gets the state of the run before as an input beside the folder that is uploaded; training gets it in place,
# unless it is kept as archives. Archives are unpacked whether or not there will be others, so that the option may change at any time.
restore_state() {
  if [ -d "$_previous" ]; then
    find_state_archives
    [ -z "$_found_archives" ] || unpack_state
    [ "$_previous" = "$_state" ] || { [ -n "$_found_archives" ] && [ -n "${ssm_state_archive-}" ]; } || copy_state
  fi
  [ -z "${ssm_state_archive-}" ] || prepare_saving
}

# What other machines saved comes first: of one file in several archives this machine's own is the one that stays.
find_state_archives() {
  _found_archives='' _own=''
  set +f
  for _archive in "$_previous"/ssm-state.*.tar.gz; do
    [ -f "$_archive" ] || continue
    if [ "${_archive##*/}" = "ssm-state.$_host.tar.gz" ]; then _own=$_archive$_line_break; else _found_archives=$_found_archives$_archive$_line_break; fi
  done
  set -f
  _found_archives=$_found_archives$_own
}

unpack_state() {
  while IFS= read -r _archive; do
    [ -n "$_archive" ] || continue
    { holds_safe_names "$_archive" && TAR_OPTIONS='' GZIP='' tar -xzof "$_archive" -C "$_state" </dev/null; } ||
      give_up 1 "the state in ${_archive##*/} could not be unpacked: $(room_or "it is damaged, or holds names or links that lead out of its folder. Clear the task's state to begin anew.")"
    # From now on the files themselves are kept.
    [ "$_previous" != "$_state" ] || rm -f "$_archive"
  done <<END
$_found_archives
END
}

copy_state() {
  need cp "the state of the run before is copied by it"
  cp -R "$_previous/." "$_state/" ||
    give_up 1 "the state of the run before could not be copied from $_previous to $_state: $(room_or "cp failed")"
  [ -z "$_found_archives" ] || remove_archives "$_state"
}

remove_archives() {
  set +f
  rm -f "$1"/ssm-state.*.tar.gz
  set -f
}

holds_safe_names() {
  list_archive "$1" | refuse_unsafe_entries
  case $? in
    0) ;;
    3) list_archive "$1" | refuse_names_through_links ;;
    *) return 1 ;;
  esac
}

# ---- the state as one archive ------------------------------------------------------------------------------------------------

# Lets the program save by running one file, which it finds by SSM_SAVE_STATE.
prepare_saving() {
  for _tool in cp rm mv chmod gzip; do need "$_tool" "the state is kept as an archive with it"; done
  { mkdir -p "$_kept" && cp "$0" "$_scratch/launch.sh"; } || give_up 1 "cannot write to $_kept and $_scratch: $(room_or "the image's user may not")"
  set +f
  rm -rf "$_scratch/packing" "$_kept"/.ssm-state.*.part
  set -f
  _others='' _names=$_all_hosts
  while [ -n "$_names" ]; do
    [ "${_names%%\"*}" = "$_host" ] || _others="$_others ${_names%%\"*}"
    _names=${_names#*\",\"}
  done
  echo "ssm_kind=$ssm_kind ssm_state_archive=1 _host=$_host _rank=$_rank _others='$_others'" >"$_scratch/state-settings"
  printf '%s\n' '#!/bin/sh' 'exec /bin/sh "${0%/*}/launch.sh" save-state "${0%/*}"' >"$_scratch/save-state"
  chmod 755 "$_scratch/save-state"
  export SSM_SAVE_STATE="$_scratch/save-state"
}

# Packs the state of this machine. The archive gets its name when it is whole: until then the one before stays, and whoever keeps a
# copy of it reads one or the other. The first machine also packs what is in no machine's own folder.
save_state() {
  _scratch=$1 _ml=${1%/*}
  SSM_MACHINE_ROOT=${_ml%/opt/ml}
  . "$_scratch/state-settings"
  find_state_and_config
  lock_saving
  _archive=$_kept/ssm-state.$_host.tar.gz _part=$_kept/.ssm-state.$_host.$$.part
  trap 'rm -rf "$_part" "$_scratch/packing"' EXIT
  if [ "$_rank" -eq 0 ]; then
    set -- .
    for _name in $_others; do set -- "--exclude=./$_name" "$@"; done
  else
    set -- "./$_host"
  fi
  if holds_files; then pack_state "$@" || return 1; else rm -f "$_archive"; fi
  remove_loose_state
}

holds_files() {
  has find && has head || return 0
  [ "$_rank" -eq 0 ] || _state=$_state/$_host
  [ -n "$(find "$_state" ! -type d 2>/dev/null | head -n 1)" ] || return 1
  [ "$_rank" -eq 0 ] || _state=${_state%/*}
}

pack_state() {
  rm -f "$_scratch/not-packed"
  { (cd "$_state" && TAR_OPTIONS='' exec tar -cf - "$@" </dev/null) || true >"$_scratch/not-packed"; } | GZIP='' gzip -1 >"$_part" || true >"$_scratch/not-packed"
  [ ! -e "$_scratch/not-packed" ] || { not_saved "$(room_or 'files changed while they were packed, or could not be read')"; return 1; }
  holds_safe_names "$_part" || { not_saved 'it holds links that lead out of its folder, or names that no archive can hold safely'; return 1; }
  mv -f "$_part" "$_archive" || { not_saved 'the archive could not be put in its place'; return 1; }
}

not_saved() {
  echo "ssm: the state of $_host was not saved: $1. What was saved before stays." >&2
}

# The files of a time when the state was not kept as an archive: they are in it now.
remove_loose_state() {
  set +f
  for _entry in "$_kept"/* "$_kept"/.[!.]*; do
    case ${_entry##*/} in ssm-state.*.tar.gz | .ssm-state.*.part) continue ;; esac
    [ "$_rank" -eq 0 ] || [ "${_entry##*/}" = "$_host" ] || continue
    case " $_others " in *" ${_entry##*/} "*) continue ;; esac
    rm -rf "$_entry"
  done
  set -f
}

# One after the other, so that an older archive never takes the place of a newer one. Who was killed while it packed holds nobody up.
lock_saving() {
  _tries=0
  until mkdir "$_scratch/packing" 2>/dev/null; do
    _holder='' && read -r _holder 2>/dev/null <"$_scratch/packing/holder"
    _tries=$((_tries + 1))
    if [ -n "$_holder" ] && kill -0 "$_holder" 2>/dev/null; then _tries=0; fi
    if [ "$_tries" -gt 20 ]; then rm -rf "$_scratch/packing"; else nap 0.1; fi
  done
  echo $$ >"$_scratch/packing/holder"
}

# Archives of the channels named in the settings, one folder a line, are unpacked beside themselves: a model of another task.
# Whoever wrote them may have been hostile, and the tar programs differ in what they let through. So an archive is listed before
# it is unpacked, goes into an empty folder of its own, and only then do its files move into the channel, never through a link.
unpack_channels() {
  [ -n "${ssm_unpack-}" ] || return 0
  while IFS= read -r _folder; do
    [ -z "$_folder" ] || unpack_archives_in "$SSM_MACHINE_ROOT$_folder"
  done <<END
${ssm_unpack-}
END
}

unpack_archives_in() {
  set +f
  set -- "$1" "$1"/*.tar.gz "$1"/*.tgz
  _into=$1 _staging=$1/.ssm-unpack-$$ _archives=0
  shift
  for _archive; do
    [ -f "$_archive" ] || continue
    # The staging folder is inside the channel, because a channel may be a file system of its own.
    [ "$_archives" -gt 0 ] || for _tool in mkdir chmod mv rm; do need "$_tool" "archives of a channel are unpacked with it"; done
    [ "$_archives" -gt 0 ] || mkdir "$_staging" || give_up 1 "$_staging cannot be created: $(room_or "the channel is read-only")"
    _archives=$((_archives + 1))
    stage_archive "$_archive" "$_staging/$_archives"
  done
  _archive=1
  while [ "$_archive" -le "$_archives" ]; do
    merge_folder "$_staging/$_archive" "$_into" ||
      give_up_unpacking "the archives of $_into could not be unpacked beside each other: one holds a folder where another holds a file"
    _archive=$((_archive + 1))
  done
  [ "$_archives" -eq 0 ] || rm -rf "$_staging"
  set -f
}

stage_archive() {
  list_archive "$1" | refuse_unsafe_entries
  case $? in
    0) ;;
    3) list_archive "$1" | refuse_names_through_links || refuse_archive "$1" ;;
    *) refuse_archive "$1" ;;
  esac
  # -o: the files belong to whoever runs the job, not to the user numbers of the archive; nor do they run in somebody else's name.
  { mkdir "$2" && TAR_OPTIONS='' GZIP='' tar -xzof "$1" -C "$2" </dev/null && chmod -R u+rwX,ug-s,o-t "$2"; } ||
    give_up_unpacking "$1 could not be unpacked: $(room_or "it is no archive, or a damaged one")"
  # Not every tar shows a line break in its list.
  ! has find || [ -z "$(find "$2" -name "*$_line_break*" 2>/dev/null)" ] || refuse_archive "$1"
}

refuse_archive() {
  give_up_unpacking "$1 was not unpacked: it holds a device, a link or a name that leads out of its folder, or a line break in a name. Open it in your own code instead."
}

_line_break='
'

list_archive() {
  LC_ALL=C TAR_OPTIONS='' GZIP='' tar -tvzf "$1" </dev/null 2>/dev/null
}

# Every entry begins a line with its type. The rest of a line is read strictly, for an owner or a name may imitate the other
# fields: no absolute name or link, no `..`. Links that stay inside are common: `last.ckpt -> epoch-9.ckpt`. 3: there are links
# that go up first and stay inside, `deep/last -> ../first`, as long as no other link is on their way.
refuse_unsafe_entries() {
  export LC_ALL=C
  _upward=0
  while IFS= read -r _line || [ -n "$_line" ]; do
    case $_line in l*' -> ../'*) stays_inside && _upward=3 && _line=${_line%% -> *} || return 1 ;; esac
    case $_line in
      *' /'* | *' ../'* | */../* | */.. | *' ..' | *'/.. '* | *' .. '*) return 1 ;;
      [-dlh]*) ;;
      *) return 1 ;;
    esac
  done
  return "$_upward"
}

# The link goes up by no more folders than it is deep. Of a name with spaces the last word is read, which is never deeper.
stays_inside() {
  _name=${_line%% -> *} _to=${_line#* -> }
  _name=${_name##* }
  _name=${_name#./}
  case $_name in /* | *//* | */./*) return 1 ;; esac
  while case $_to in ../*) ;; *) false ;; esac do
    case $_name in */*) ;; *) return 1 ;; esac
    _name=${_name#*/} _to=${_to#../}
  done
  case /$_to/ in *' -> '* | *//?* | */../*) return 1 ;; esac
}

# A name through a link is not as deep as it looks.
refuse_names_through_links() {
  export LC_ALL=C
  _links=$_line_break
  while IFS= read -r _line || [ -n "$_line" ]; do
    _name=$_line
    case $_line in
      h*) return 1 ;;
      l*) _name=${_line%% -> *} ;;
    esac
    _name=${_name##* }
    _name=${_name#./}
    case $_name in *//* | */./*) return 1 ;; esac
    _parent=${_name%/}
    while case $_parent in */*) ;; *) false ;; esac do
      _parent=${_parent%/*}
      case $_links in *"$_line_break$_parent$_line_break"*) return 1 ;; esac
    done
    case $_line in l*) _links=$_links$_name$_line_break ;; esac
  done
}

# Moves what is in one folder into another. Folders that are in both are merged, files of the second are replaced.
merge_folder() {
  for _entry in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    _target=$2/${_entry##*/}
    { exists "$_entry" && exists "$_target"; } || continue
    if is_folder "$_target"; then
      is_folder "$_entry" && merge_folder "$_entry" "$_target" || return 1
    else
      rm -f "$_target" && mv "$_entry" "$_target" || return 1
    fi
  done
  move_new "$1" "$2"
}

move_new() {
  _from=$1 _to=$2
  set --
  for _entry in "$_from"/* "$_from"/.[!.]* "$_from"/..?*; do
    { exists "$_entry" && ! exists "$_to/${_entry##*/}"; } || continue
    set -- "$@" "$_entry"
    [ $# -lt 100 ] || { mv "$@" "$_to/" && set --; } || return 1
  done
  [ $# -eq 0 ] || mv "$@" "$_to/"
}

exists() {
  [ -e "$1" ] || [ -h "$1" ]
}

is_folder() {
  [ -d "$1" ] && [ ! -h "$1" ]
}

give_up_unpacking() {
  rm -rf "$_staging"
  give_up 1 "$1"
}

# ---- facts of this machine ---------------------------------------------------------------------------------------------------

read_machine() {
  compact_json "$_config/inputdataconfig.json"
  _input_data_config=$_compact
  compact_json "$_config/resourceconfig.json"
  _resource_config=${_compact:-'{}'}
  find_text current_host
  _host=${_found:-algo-1}
  list_hosts
}

# Puts the JSON of a file into $_compact without the blanks between its tokens; nothing when there is no such file.
compact_json() {
  _compact= _rest=
  [ -r "$1" ] || return 0
  while IFS= read -r _line || [ -n "$_line" ]; do _rest="$_rest$_line "; done <"$1"
  while :; do
    case $_rest in *\"*) ;; *) break ;; esac
    append_without_blanks "${_rest%%\"*}"
    _rest=${_rest#*\"}
    append_string
  done
  append_without_blanks "$_rest"
}

append_without_blanks() {
  for _token in $1; do _compact=$_compact$_token; done
}

# Moves the rest of a string, its opening quote already taken, from $_rest to $_compact.
append_string() {
  _compact="$_compact\""
  while :; do
    _part=${_rest%%\"*}
    _rest=${_rest#*\"}
    _compact="$_compact$_part\""
    case $_part in *\\) ;; *) return ;; esac # the quote was escaped
  done
}

# $_found: the text of a field of the machine's description, empty when it has none.
find_text() {
  _found=
  case $_resource_config in
    *"\"$1\":\""*) _found=${_resource_config#*\"$1\":\"} && _found=${_found%%\"*} ;;
  esac
}

# $_hosts_json, $_first_host, $_rank and $_machines. Instance groups carry host lists of their own, which do not count.
list_hosts() {
  _hosts_json="[\"$_host\"]" _first_host=$_host _all_hosts="$_host\",\"" _rank=0 _machines=0
  _names=$_resource_config
  case $_names in
    *'"instance_groups":[{'*) _names=${_names%%\"instance_groups\":*}${_names#*\"instance_groups\":\[*\}\]} ;;
  esac
  case $_names in *'"hosts":["'*) ;; *) _machines=1 && return ;; esac
  _names=${_names#*\"hosts\":} _names=${_names%%\]*}
  _hosts_json="$_names]"
  _names=${_names#\[\"} _names=${_names%\"}\",\"
  _first_host=${_names%%\"*} _all_hosts=$_names
  while [ -n "$_names" ]; do
    [ "${_names%%\"*}" != "$_host" ] || _rank=$_machines
    _machines=$((_machines + 1))
    _names=${_names#*\",\"}
  done
}

# $_group, $_group_hosts, $_group_names and $_groups (an object by name): the instance groups, as SageMaker describes them.
read_groups() {
  find_text current_group_name
  _group=$_found _group_hosts='[]' _group_names='' _groups='' _several=false
  case $_resource_config in
    *'"instance_groups":[{'*) _rest=${_resource_config#*\"instance_groups\":\[\{} && _rest=${_rest%%\}\]*}'},{' ;;
    *) return 0 ;;
  esac
  while [ -n "$_rest" ]; do
    _part=${_rest%%\},\{*} _rest=${_rest#*\},\{}
    case $_part in *'"instance_group_name":"'*) ;; *) continue ;; esac
    _name=${_part#*\"instance_group_name\":\"} _name=${_name%%\"*}
    [ -z "$_groups" ] || _several=true
    _group_names="$_group_names${_group_names:+,}\"$_name\"" _groups="$_groups${_groups:+,}\"$_name\":{$_part}"
    if [ "$_name" = "$_group" ]; then
      case $_part in *'"hosts":['*) _group_hosts=${_part#*\"hosts\":} && _group_hosts="${_group_hosts%%\]*}]" ;; esac
    fi
  done
}

count_cpus() {
  _cpus=${SM_NUM_CPUS-}
  [ -z "$_cpus" ] || return 0
  _cpus=$(nproc 2>/dev/null) || _cpus=$(getconf _NPROCESSORS_ONLN 2>/dev/null) || _cpus=1
}

count_gpus() {
  _gpus=0
  has nvidia-smi || return 0
  _gpus=$(nvidia-smi -L 2>/dev/null | grep -c '^GPU ')
}

count_neurons() {
  _neurons=0
  has neuron-ls || return 0
  for _cores in $(neuron-ls -j 2>/dev/null | tr ',' '\n' | sed -n 's/.*"nc_count": *\([0-9][0-9]*\).*/\1/p'); do
    _neurons=$((_neurons + _cores))
  done
}

# What SageMaker's training toolkit and its newer SDK tell a program, and some of our own: docs/guides/workers.md has the table.
export_environment() {
  count_cpus
  count_gpus
  count_neurons
  read_groups
  export SM_CURRENT_HOST="$_host" SM_HOSTS="$_hosts_json" SSM_HOST_RANK="$_rank" SSM_NUM_NODES="$_machines"
  export CURRENT_HOST="$_host" SM_HOST_COUNT="$_machines" SM_CURRENT_HOST_RANK="$_rank"
  export SM_NUM_CPUS="$_cpus" SM_NUM_GPUS="$_gpus" SM_NUM_NEURONS="$_neurons" SM_LOG_LEVEL="${SM_LOG_LEVEL:-20}"
  export SM_RESOURCE_CONFIG="$_resource_config" SM_INPUT_DATA_CONFIG="${_input_data_config:-"{}"}"
  find_text current_instance_type
  export SM_CURRENT_INSTANCE_TYPE="$_found" SM_CURRENT_INSTANCE_GROUP="$_group" SM_CURRENT_INSTANCE_GROUP_HOSTS="$_group_hosts"
  export SM_INSTANCE_GROUPS="[$_group_names]" SM_INSTANCE_GROUPS_DICT="{$_groups}" SM_IS_HETERO="$_several"
  export SM_DISTRIBUTION_INSTANCE_GROUPS='[]' SM_FRAMEWORK_PARAMS='{}' SM_FRAMEWORK_MODULE=''
  find_text network_interface_name
  export SM_NETWORK_INTERFACE_NAME="${_found:-eth0}"
  export SM_MODEL_DIR="$_ml/model" SM_MODULE_DIR="$_code" SM_SOURCE_DIR="$_code" SM_ENTRY_SCRIPT="${SM_USER_ENTRY_POINT-}"
  export SM_OUTPUT_DIR="$_ml/output" SM_OUTPUT_DATA_DIR="$_output" SM_OUTPUT_FAILURE="$_ml/output/failure"
  export SM_OUTPUT_INTERMEDIATE_DIR="$_ml/output/intermediate" SSM_TENSORBOARD_DIR="$_ml/output/tensorboard"
  export SM_INPUT_DIR="$_input" SM_INPUT_DATA_DIR="$_data" SM_INPUT_CONFIG_DIR="$_config"
  export SSM_STATE="$_state" SSM_INSTANCE_STATE="$_state/$_host"
  [ "$ssm_kind" != processing ] || export SSM_OUTPUT="$_output"
  # For the training toolkit's own library in a program, and for SageMaker's experiment tracking.
  export SAGEMAKER_BASE_DIR="$_ml" SAGEMAKER_METRICS_DIRECTORY="$_ml/output/metrics/sagemaker" SAGEMAKER_REGION="${AWS_REGION-}"
  export MASTER_ADDR="${MASTER_ADDR:-$_first_host}" MASTER_PORT="${MASTER_PORT:-7777}"
  export SM_MASTER_ADDR="$MASTER_ADDR" SM_MASTER_PORT="$MASTER_PORT"
  [ "$_machines" -eq 1 ] || export_network
  case ${ssm_distribution-} in
    multi_worker_mirrored | parameter_server) export TF_CONFIG="${TF_CONFIG:-$(tensorflow_config)}" ;;
  esac
  export PYTHONPATH="$_code${PYTHONPATH:+:$PYTHONPATH}" PYTHONUNBUFFERED="${PYTHONUNBUFFERED:-1}"
  [ "$ssm_kind" = processing ] || export_training_env
}

# Several machines of a job have one host name, which NCCL takes for one machine, and interfaces it must not use.
export_network() {
  export NCCL_SOCKET_IFNAME="${NCCL_SOCKET_IFNAME:-$SM_NETWORK_INTERFACE_NAME}"
  export GLOO_SOCKET_IFNAME="${GLOO_SOCKET_IFNAME:-$SM_NETWORK_INTERFACE_NAME}"
  export NCCL_HOSTID="${NCCL_HOSTID:-$_host}"
}

# All of it as one JSON object, with the fields of both the toolkit and the newer SDK.
export_training_env() {
  _none='{}' _main=false _json=''
  [ "$_rank" -ne 0 ] || _main=true
  add_channel_folders
  _folders=$_json _json=''
  add_json additional_framework_parameters "$_none"
  add_json channel_input_dirs "{$_folders}"
  add_text current_host "$_host"
  add_text current_instance_group "$_group"
  add_json current_instance_group_hosts "$_group_hosts"
  add_text current_instance_type "$SM_CURRENT_INSTANCE_TYPE"
  add_json distribution_hosts '[]'
  add_json distribution_instance_groups '[]'
  add_json framework_module null
  add_json hosts "$_hosts_json"
  add_json hyperparameters "${SM_HPS:-$_none}"
  add_text input_config_dir "$_config"
  add_json input_data_config "$SM_INPUT_DATA_CONFIG"
  add_text input_data_dir "$_data"
  add_text input_dir "$_input"
  add_json instance_groups "$SM_INSTANCE_GROUPS"
  add_json instance_groups_dict "$SM_INSTANCE_GROUPS_DICT"
  add_json is_hetero "$_several"
  add_json is_master "$_main"
  add_json is_modelparallel_enabled null
  add_json is_smddpmprun_installed false
  add_json is_smddprun_installed false
  add_text job_name "${SAGEMAKER_JOB_NAME-}"
  case $SM_LOG_LEVEL in *[!0-9]*) add_text log_level "$SM_LOG_LEVEL" ;; *) add_json log_level "$SM_LOG_LEVEL" ;; esac
  add_text master_addr "$MASTER_ADDR"
  add_text master_hostname "$_first_host"
  add_text master_port "$MASTER_PORT"
  add_text model_dir "$_ml/model"
  add_text module_dir "$_code"
  add_text module_name "${SM_MODULE_NAME-}"
  add_text network_interface_name "$SM_NETWORK_INTERFACE_NAME"
  add_json num_cpus "$_cpus"
  add_json num_gpus "$_gpus"
  add_json num_neurons "$_neurons"
  add_text output_data_dir "$_output"
  add_text output_dir "$_ml/output"
  add_text output_intermediate_dir "$SM_OUTPUT_INTERMEDIATE_DIR"
  add_json resource_config "$_resource_config"
  add_json topology null
  add_text user_entry_point "${SM_USER_ENTRY_POINT-}"
  export SM_TRAINING_ENV="{$_json}"
}

add_json() {
  _json="$_json${_json:+,}\"$1\":$2"
}

add_text() {
  quote_json "$2"
  add_json "$1" "$_quoted"
}

# Puts a text as JSON into $_quoted. Paths and names have no control characters.
quote_json() {
  _quoted=$1
  case $1 in
    *[\"\\]*)
      _quoted='' _rest=$1
      while [ -n "$_rest" ]; do
        _part=${_rest%%[\"\\]*}
        _rest=${_rest#"$_part"}
        _quoted=$_quoted$_part
        [ -z "$_rest" ] || { _part=${_rest#?} && _quoted=$_quoted\\${_rest%"$_part"} && _rest=$_part; }
      done
      ;;
  esac
  _quoted="\"$_quoted\""
}

add_channel_folders() {
  _names=${SM_CHANNELS-} _names=${_names#\[} _names=${_names%\]}
  _names=${_names#\"}
  [ -z "$_names" ] || _names=${_names%\"}\",\"
  while [ -n "$_names" ]; do
    add_text "${_names%%\"*}" "$_data/${_names%%\"*}"
    _names=${_names#*\",\"}
  done
}

# What TensorFlow wants to be told: every machine's address, and which of them this one is.
tensorflow_config() {
  list_addresses
  if [ "$ssm_distribution" = multi_worker_mirrored ]; then
    echo "{\"cluster\":{\"worker\":[$_mirrored]},\"environment\":\"cloud\",\"task\":{\"type\":\"worker\",\"index\":$_rank}}"
  elif [ "$_machines" -gt 1 ]; then
    if [ "$_rank" -eq 0 ]; then server_config master 0; else server_config worker $((_rank - 1)); fi
  fi
}

# The cluster of parameter servers, seen from a task in it: the first machine is the master, and every one serves parameters.
server_config() {
  echo "{\"cluster\":{\"master\":[$_master],\"ps\":[$_servers],\"worker\":[$_workers]},\"environment\":\"cloud\",\"task\":{\"type\":\"$1\",\"index\":$2}}"
}

list_addresses() {
  _mirrored='' _servers='' _workers='' _master='' _rest=$_all_hosts _place=0
  while [ -n "$_rest" ]; do
    _name=${_rest%%\"*} _rest=${_rest#*\",\"}
    # Machines of one computer share its ports, and may have no names.
    if [ "$SM_NETWORK_INTERFACE_NAME" = lo ]; then
      _worker_port=$((MASTER_PORT + _place * 2)) _mirrored_port=$((MASTER_PORT + _place))
      [ "$MASTER_ADDR" != 127.0.0.1 ] || _name=$MASTER_ADDR
    else
      _worker_port=2222 _mirrored_port=8890
    fi
    _mirrored="$_mirrored${_mirrored:+,}\"$_name:$_mirrored_port\"" _servers="$_servers${_servers:+,}\"$_name:$((_worker_port + 1))\""
    if [ "$_place" -eq 0 ]; then
      _master="\"$_name:$_worker_port\"" _first_server="$_name $((_worker_port + 1))"
    else
      _workers="$_workers${_workers:+,}\"$_name:$_worker_port\""
    fi
    _place=$((_place + 1))
  done
}

# Machines do not start in the same second, and the last one's name is known only when it has started. Where all names are known before,
# whoever keeps the machines leaves a file for each of the others, and removes it when that one has started.
wait_for_machines() {
  [ "$_machines" -gt 1 ] || return 0
  # Machines that are folders of one computer have no names.
  [ -z "$SSM_MACHINE_ROOT" ] || [ -n "${ssm_wait_for_machines-}" ] || return 0
  begin_waiting
  _rest=$_all_hosts
  while [ -n "$_rest" ]; do
    _name=${_rest%%\"*}
    until { [ ! -e "$_ml/output/.ssm-awaited.$_name" ] && knows_address "$_name"; } || has_come_and_gone "$_name"; do
      [ -z "$_stopped" ] || end_badly 143 "stopped before the program was started on $_host"
      wait_a_moment "for machine $_name, whose name is not known yet" || give_up 1 "machine $_name was not found by $_host within 15 minutes: it did not start, or its program had ended before $_host could look for it. A program that ends at once should wait for the other machines first."
    done
    _rest=${_rest#*\",\"}
  done
}

knows_address() {
  if has getent; then getent hosts "$1" >/dev/null 2>&1
  elif has python3; then python3 -c 'import socket, sys; socket.gethostbyname(sys.argv[1])' "$1" >/dev/null 2>&1
  elif [ -z "$_told_wait" ]; then
    echo "ssm: neither getent nor python3 is in the image, so $_host does not wait for the names of the other machines" >&2
    _told_wait=1
  fi
}

# Whoever keeps the machines leaves this file in the folders of the others when the program of one has ended well: a container's name
# goes with it.
has_come_and_gone() {
  [ -e "$_ml/output/.ssm-ended.$1" ]
}

begin_waiting() {
  _waits=0 _told_wait=''
  count_seconds
  _since=$_now
}

# Asking may take longer than the pauses between: so the time is read, not counted, where the system tells it.
count_seconds() {
  if read -r _now 2>/dev/null </proc/uptime; then _now=${_now%%.*}; else _now=$_waits; fi
}

# One pause of a wait for other machines; fails when the wait has lasted too long. A wait that takes a while is said.
wait_a_moment() {
  count_seconds
  [ $((_now - _since)) -lt "${ssm_wait_for_machines:-900}" ] || return 1
  if [ -z "$_told_wait" ] && [ $((_now - _since)) -ge "${ssm_tell_wait:-30}" ]; then
    echo "ssm: $_host waits $1, for 15 minutes at most" >&2
    _told_wait=1
  fi
  _waits=$((_waits + 1))
  if [ "$_waits" -le 20 ]; then nap 0.1; else sleep 1; fi
}

# ---- ways to run -------------------------------------------------------------------------------------------------------------

run_python() {
  find_python "$1"
  need_entry "$1"
  if [ -n "${ssm_packages-}" ]; then install_wheels; else install_requirements; fi
  [ -z "${ssm_launch-}" ] || run_launched "$@"
  case ${ssm_distribution-} in
    torchrun) run_torchrun "$@" ;;
    parameter_server) [ "$_machines" -eq 1 ] || serve_parameters ;;
  esac
  run_with "$_python" "$@"
}

# Whether programs and Python are those of somebody's own computer: a moved root is a folder of it, or it says so.
is_shared() {
  [ -n "$SSM_MACHINE_ROOT" ] || [ -n "${SSM_PYTHON-}" ] || [ -n "${SSM_SHARED_COMPUTER-}" ]
}

# SSM_PYTHON: where machines are folders of somebody's own computer, the Python that was found or given there.
find_python() {
  if [ -n "${SSM_PYTHON-}" ]; then
    _python=$SSM_PYTHON
    has "$_python" || give_up 127 "the Python $_python cannot be started any more, and the job's entry is $1"
  elif has python3; then _python=python3
  elif has python; then _python=python
  elif is_shared; then
    give_up 127 "neither python3 nor python was found on this computer (PATH is $PATH), and the job's entry is $1. Install Python 3, or make a virtual environment beside the code: python3 -m venv .venv"
  else give_up 127 "neither python3 nor python is in the image, and the job's entry is $1. Use an image with Python."
  fi
}

run_node() {
  has node || give_up 127 "node is not in the image, and the job's entry is $1. Use an image with Node.js 20 or newer, or add it in a Dockerfile."
  need_entry "$1"
  [ -z "${ssm_launch-}" ] || run_launched "$@"
  run_with node "$@"
}

# An entry that begins with a dash must not be taken for an option; others keep their plain name in argv.
run_with() {
  _interpreter=$1 _entry=$2
  shift 2
  case $_entry in -*) _entry=./$_entry ;; esac
  finish "$_interpreter" "$_entry" "$@"
}

run_script() {
  need_entry "$1"
  [ -z "${ssm_launch-}" ] || run_launched "$@"
  _entry=./$1
  shift
  _first=
  IFS= read -r _first <"$_entry" || :
  case $_first in
    *"$(printf '\r')") give_up 127 "the lines of $_entry end with CR LF, as on Windows: save it with LF line ends" ;;
    '#!'*) need_script_interpreter ;;
    *) _whole_group=1 && if has bash; then finish bash "$_entry" "$@"; else finish sh "$_entry" "$@"; fi ;;
  esac
  [ -x "$_entry" ] || need chmod "$_entry is made executable by it"
  [ -x "$_entry" ] || chmod u+x "$_entry" || give_up 126 "$_entry could not be made executable"
  finish "$_entry" "$@"
}

# The kernel's own message for a missing interpreter is "not found", about a file that is plainly there.
need_script_interpreter() {
  set -- ${_first#'#!'} ''
  note_shell "$1"
  [ -z "$1" ] || [ -x "$1" ] || give_up 127 "$_entry asks for $1 in its first line, which is not in the image"
  case $1:$2 in
    */env:[!-]*) note_shell "$2" && { has "$2" || give_up 127 "$_entry asks for $2 in its first line, which is not in the image (PATH is $PATH)"; } ;;
  esac
}

# A shell tells its children nothing of a signal. Other programs look after their own.
note_shell() {
  case ${1##*/} in sh | bash | dash | ash | ksh | zsh) _whole_group=1 ;; esac
}

run_line() {
  _line=$1 _whole_group=1
  shift
  if has bash; then finish bash -c "$_line" bash "$@"; else finish sh -c "$_line" sh "$@"; fi
}

run_command() {
  note_shell "$1"
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
  [ -f "$1" ] || give_up 127 "the entry $1 is not among the job's files in $_code"
}

has() {
  command -v "$1" >/dev/null 2>&1
}

# SSM_PACKAGES: they were installed before, for every job that needs the same.
install_requirements() {
  { [ -f requirements.txt ] && [ -z "${SSM_PACKAGES-}" ]; } || return 0
  if [ -n "${ssm_network_isolated-}" ]; then
    echo 'ssm: requirements.txt is not installed, because this job has no network' >&2
    return 0
  fi
  supervise_packages pip_install
  [ "$_ended" -eq 0 ] || end_badly "$_ended" "requirements.txt could not be installed (pip ended with exit code $_ended) on $_host"
}

# Wheels that came in a channel of their own, by the lock among them, whose digest comes with the pinned settings: no network.
install_wheels() {
  _wheels=${_channel%/*}/dependencies
  _sums=$(cd "$_wheels" 2>/dev/null && digests_of ssm-packages.lock)
  refuse_unless_pinned "$ssm_packages" ssm-packages.lock
  [ -z "${SSM_PACKAGES-}" ] || return 0
  supervise_packages pip_install_wheels
  [ "$_ended" -eq 0 ] || end_badly "$_ended" "the packages of the channel dependencies could not be installed (pip ended with exit code $_ended) on $_host"
}

# A moved root is a folder of somebody's own computer: its Python must not change, so the packages stay in that folder.
supervise_packages() {
  if ! is_shared; then
    supervise "$1"
    return
  fi
  _packages=$_ml/packages
  PYTHONPATH=$PYTHONPATH:$_packages PATH=$_packages/bin:$PATH
  supervise "$1" --target "$_packages"
}

pip_install_wheels() {
  heed_a_stop
  export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore PIP_BREAK_SYSTEM_PACKAGES=1
  exec "$_python" -m pip install --quiet --no-index --no-deps --find-links "$_wheels" --require-hashes -r "$_wheels/ssm-packages.lock" "$@" >&2
}

# Environment instead of options: an older pip ignores a variable it does not know, but stops at such an option.
pip_install() {
  heed_a_stop
  export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore PIP_BREAK_SYSTEM_PACKAGES=1
  exec "$_python" -m pip install --quiet -r requirements.txt "$@" >&2
}

# ---- several processes and machines ------------------------------------------------------------------------------------------

# $_processes: how many a machine runs, as given, or one for each of its accelerators.
count_processes() {
  _processes=${ssm_processes:-$_gpus}
  [ "$_processes" -gt 0 ] || _processes=$_neurons
  [ "$_processes" -gt 0 ] || _processes=1
}

# A launcher of the user's choice, one word a line, with what this machine knows in place of names in braces; then the entry and its arguments.
run_launched() {
  case $1 in -*) _entry=./$1 && shift && set -- "$_entry" "$@" ;; esac
  count_processes
  export_fast_network
  _hosts=$_first_host _rest=${_all_hosts#*\",\"}
  while [ -n "$_rest" ]; do
    _hosts=$_hosts,${_rest%%\"*} _rest=${_rest#*\",\"}
  done
  _after=$# _fields=$IFS IFS='
'
  set -- $ssm_launch "$@"
  IFS=$_fields
  _before=$(($# - _after)) _at=0 _count=$#
  while [ "$_at" -lt "$_count" ]; do
    _at=$((_at + 1)) _word=$1
    shift
    [ "$_at" -gt "$_before" ] || fill_places
    set -- "$@" "$_word"
  done
  has "$1" || give_up 127 "$1 is not in the image (PATH is $PATH), and was to start the program"
  finish "$@"
}

fill_places() {
  case $_word in *'{'*'}'*) ;; *) return 0 ;; esac
  fill_place rank "$_rank"
  fill_place machines "$_machines"
  fill_place processes "$_processes"
  fill_place allProcesses $((_processes * _machines))
  fill_place master "$MASTER_ADDR"
  fill_place port "$MASTER_PORT"
  fill_place hosts "$_hosts"
  fill_place python "${_python:-python3}"
}

fill_place() {
  _rest=$_word _word=''
  while case $_rest in *"{$1}"*) ;; *) false ;; esac do
    _word=$_word${_rest%%"{$1}"*}$2 _rest=${_rest#*"{$1}"}
  done
  _word=$_word$_rest
}

# The protocol and the network of fast machines, as SageMaker's own drivers set them.
export_fast_network() {
  export NCCL_PROTO="${NCCL_PROTO:-simple}"
  [ -e /dev/infiniband ] || return 0
  export FI_PROVIDER="${FI_PROVIDER:-efa}" FI_EFA_USE_DEVICE_RDMA="${FI_EFA_USE_DEVICE_RDMA:-1}" RDMAV_FORK_SAFE="${RDMAV_FORK_SAFE:-1}"
}

run_torchrun() {
  _entry=$1
  shift
  case $_entry in -*) _entry=./$_entry ;; esac
  count_processes
  export_fast_network
  set -- --master_port="$MASTER_PORT" "$_entry" "$@"
  [ "$_machines" -eq 1 ] || set -- --master_addr="$MASTER_ADDR" --node_rank="$_rank" "$@"
  set -- --nnodes="$_machines" --nproc_per_node="$_processes" "$@"
  if has torchrun; then set -- torchrun "$@"
  elif has_module torch.distributed.run; then set -- "$_python" -m torch.distributed.run "$@"
  elif has_module torch.distributed.launch; then set -- "$_python" -m torch.distributed.launch --use_env "$@"
  else give_up 127 "torchrun is not in the image, nor PyTorch in its $_python. Use an image with PyTorch."
  fi
  [ "${RUN_NEURON_PARALLEL_COMPILE-}" != 1 ] || set -- neuron_parallel_compile "$@"
  finish "$@"
}

has_module() {
  "$_python" -c "import $1" >/dev/null 2>&1
}

# A parameter server beside the program.
serve_parameters() {
  list_addresses
  TF_CONFIG=$(server_config ps "$_rank") CUDA_VISIBLE_DEVICES='' "$_python" -c '
import json, os
import tensorflow as tf

config = json.loads(os.environ["TF_CONFIG"])
train = tf.distribute if hasattr(tf.distribute, "Server") else tf.train
train.Server(config["cluster"], job_name="ps", task_index=config["task"]["index"]).join()
' </dev/null >&2 &
  _server=$!
}

# The first machine needs the parameters of the others until its own program has ended.
end_server() {
  [ "$_rank" -eq 0 ] || [ -n "$_stopped" ] || [ "$_ended" -ne 0 ] || "$_python" -c '
import socket, sys, time

missed = 0
while missed < 3:
    try:
        socket.create_connection((sys.argv[1], int(sys.argv[2])), 5).close()
        missed = 0
    except OSError:
        missed += 1
    time.sleep(2 if missed else 10)
' $_first_server </dev/null
  kill -KILL "$_server" 2>/dev/null
  wait "$_server" 2>/dev/null
}

# OpenMPI starts the processes of all machines from the first one, through ssh. Each gets the environment of its own machine.
run_mpi() {
  has mpirun || give_up 127 "mpirun is not in the image. Use an image with OpenMPI, or add it in a Dockerfile."
  count_processes
  export_fast_network
  export -p >"$_scratch/environment"
  printf '%s\n' ". '$_scratch/environment'" 'cd "$SM_MODULE_DIR" || exit' 'exec "$@"' >"$_scratch/each"
  set -- /bin/sh "$_scratch/each" "$@"
  if [ "$_machines" -eq 1 ]; then run_mpirun "localhost:$_processes" "$@"; fi
  if [ -n "${SSM_PEERS-}" ]; then
    write_remote_shell
    if [ "$_rank" -gt 0 ]; then work_for_first_machine; fi
  else
    # No sshd for strangers is started on somebody's own computer.
    [ "${MASTER_ADDR-}" != 127.0.0.1 ] || give_up 1 "mpi on several machines of this computer needs machines with names of their own, which this computer does not allow. Run it in containers, or on one machine."
    start_sshd
  fi
  if [ "$_rank" -gt 0 ]; then follow_first_machine; fi
  _mpi_hosts='' _rest=$_all_hosts
  while [ -n "$_rest" ]; do
    _name=${_rest%%\"*} _rest=${_rest#*\",\"}
    _mpi_hosts="$_mpi_hosts${_mpi_hosts:+,}$_name:$_processes"
    [ "$_name" = "$_host" ] || [ -n "${SSM_PEERS-}" ] || await_ssh "$_name"
  done
  run_mpirun "$_mpi_hosts" "$@"
}

# A whole path tells the other machines where OpenMPI is. The given options come last, for they may say otherwise.
run_mpirun() {
  _mpi_hosts=$1
  shift
  _fields=$IFS
  IFS='
'
  set -- ${ssm_mpi_options-} "$@"
  IFS=$_fields
  [ "$_machines" -eq 1 ] || set -- -mca btl_tcp_if_include "$SM_NETWORK_INTERFACE_NAME" -mca oob_tcp_if_include "$SM_NETWORK_INTERFACE_NAME" \
    -mca plm_rsh_no_tree_spawn 1 $_remote_shell "$_remote_shell_is" "$@"
  supervise exec_program "$(command -v mpirun)" --host "$_mpi_hosts" -np $((_processes * _machines)) --allow-run-as-root --tag-output "$@"
  [ "$_machines" -eq 1 ] || tell_other_machines
  end_program
}

start_sshd() {
  _sshd=$(PATH=$PATH:/usr/sbin:/usr/local/sbin; command -v sshd) && has ssh ||
    give_up 127 "sshd or ssh is not in the image, and mpi starts programs on several machines through it. Use an image of SageMaker's frameworks, or add openssh and its keys in a Dockerfile."
  _ssh_options='-o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o ConnectTimeout=5'
  _remote_shell='-mca plm_rsh_args' _remote_shell_is=$_ssh_options
  rm -f "$_scratch/mpi-ended"
  mkdir -p /run/sshd 2>/dev/null
  if has ssh-keygen; then ssh-keygen -A >/dev/null 2>&1; fi
  "$_sshd" -D </dev/null >&2 &
}

# A first machine whose program has ended already has told so, and may be gone.
await_ssh() {
  begin_waiting
  until [ -s "$_scratch/mpi-ended" ] || ssh $_ssh_options "$1" true </dev/null >/dev/null 2>&1; do
    [ -z "$_stopped" ] || end_badly 143 "stopped before the program was started on $_host"
    wait_a_moment "for ssh on machine $1" || give_up 1 "machine $1 cannot be reached by ssh from $_host after 15 minutes: are the keys of root in the image, the same on all machines?"
  done
}

# Machines that are processes of one computer have no sshd: a folder that all of them see, SSM_PEERS, carries the commands. OpenMPI's
# servers stay attached, so that they end with their machine; each looks for the remote shell, too.
write_remote_shell() {
  cat >"$_scratch/remote-shell" <<'END'
#!/bin/sh
_at=$SSM_PEERS/$1
shift
printf '%s\n' "$*" >"$_at.draft" && mv "$_at.draft" "$_at.command"
until [ -s "$_at.ended" ]; do sleep 0.1 2>/dev/null || sleep 1; done
read -r _code <"$_at.ended"
exit "$_code"
END
  chmod 700 "$_scratch/remote-shell"
  _remote_shell='-mca orte_leave_session_attached 1 -mca plm_rsh_agent' _remote_shell_is=$_scratch/remote-shell
}

work_for_first_machine() {
  until [ -s "$SSM_PEERS/mpi-ended" ]; do
    [ -z "$_stopped" ] || end_badly 143 "stopped before the program was started on $_host"
    if [ -e "$SSM_PEERS/$_host.command" ]; then
      mv "$SSM_PEERS/$_host.command" "$_scratch/command"
      { /bin/sh "$_scratch/command" </dev/null >&2; echo $? >"$SSM_PEERS/$_host.ended"; } &
    fi
    nap 0.1
  done
  end_as_first_machine "$SSM_PEERS/mpi-ended"
}

end_as_first_machine() {
  read -r _ended <"$1"
  [ "$_ended" -ne 0 ] || leave 0
  end_badly "$_ended" "the program failed on $_first_host ($(how_it_ended "$_ended"))"
}

tell_other_machines() {
  if [ -n "${SSM_PEERS-}" ]; then
    echo $_ended >"$SSM_PEERS/mpi-ended"
    return
  fi
  _rest=$_all_hosts
  while [ -n "$_rest" ]; do
    _name=${_rest%%\"*} _rest=${_rest#*\",\"}
    [ "$_name" = "$_host" ] || tell_by_ssh "$_name"
  done
}

# Names of machines may be unknown for a moment, while others come and go. Who is not told waits until this machine is missed.
tell_by_ssh() {
  _waits=0
  until ssh $_ssh_options "$1" "echo $_ended >'$_scratch/mpi-ended'" </dev/null >&2; do
    [ -z "$_stopped" ] && [ "$_waits" -lt 30 ] || return 0
    _waits=$((_waits + 1))
    sleep 1
  done
}

# The other machines have no program of their own: they end as the first one tells them, or when it is gone.
follow_first_machine() {
  await_ssh "$_first_host"
  _missed=0 _waits=0
  while [ ! -s "$_scratch/mpi-ended" ]; do
    sleep 1
    _waits=$(( (_waits + 1) % 30 ))
    [ "$_waits" -eq 0 ] || continue
    if ssh $_ssh_options "$_first_host" true </dev/null >/dev/null 2>&1; then _missed=0; else _missed=$((_missed + 1)); fi
    [ "$_missed" -lt 3 ] || end_badly 1 "the first machine, $_first_host, is gone"
  done
  end_as_first_machine "$_scratch/mpi-ended"
}

# ---- the program -------------------------------------------------------------------------------------------------------------

finish() {
  _packs=${ssm_state_archive-}
  [ "${ssm_distribution-}" != mpi ] || run_mpi "$@"
  supervise exec_program "$@"
  end_program
}

end_program() {
  [ -z "$_server" ] || end_server
  [ "$_ended" -ne 0 ] || leave 0
  end_badly "$_ended" "$(how_it_ended "$_ended") on $_host$(what_is_missing)"
}

# `exec`, so that a program called `echo` or `test` is the image's own and not the shell's, and gets our signals itself.
exec_program() {
  heed_a_stop
  exec "$@"
}

# A process that is just being forked still has our trap, and would swallow a signal with it: $_scratch/stopped tells it then.
heed_a_stop() {
  trap - TERM INT HUP
  [ ! -e "$_scratch/stopped" ] || exit 143
}

# A program in the background of a shell ignores SIGINT for good, so every request to end reaches it as SIGTERM.
stop_program() {
  _stopped=1 _signalled=1
  [ -z "$_scratch_made" ] || true >"$_scratch/stopped"
  [ -z "$_program" ] || pass_stop_on
}

# A program is told alone, as it would be without this script: a parent of worker processes does not want them to die first.
# Whatever it leaves running is told when it has ended. Of a shell and the programs it runs, all are told at once.
pass_stop_on() {
  _passed_on=1
  if [ -n "$_whole_group" ] && leads_group; then tell_group; else kill -TERM "$_program" 2>/dev/null; fi
}

# Whether this process leads its process group, as it does in a container and on the local platform. Elsewhere the group may
# hold whoever started it.
leads_group() {
  if read -r _stat 2>/dev/null </proc/self/stat; then
    set -- "${_stat%% *}" ${_stat##*) }
    [ "$1" = $$ ] && [ "$4" = $$ ]
  else
    set -- $(ps -o pgid= -p $$ 2>/dev/null)
    [ "${1-}" = $$ ]
  fi
}

tell_group() {
  trap '' TERM
  kill -TERM 0
  trap stop_program TERM INT HUP
}

# After a stop the rest of the group is waited for, however long: SageMaker ends it after 120 seconds.
end_group() {
  leads_group || return 0
  [ -n "$_whole_group" ] || tell_group
  while group_goes_on; do nap 0.1; done
}

# Looks for processes of the group that are as young as the program; older ones belong to whoever started this script.
group_goes_on() {
  set +f
  set -- /proc/[0-9]*/stat
  set -f
  for _file; do
    read -r _stat 2>/dev/null <"$_file" || continue
    _pid=${_stat%% *}
    case $_pid in $$ | "$_tee" | "$_tail") continue ;; esac
    set -- ${_stat##*) }
    case $1:$3 in Z:* | X:*) continue ;; *:$$) ;; *) continue ;; esac
    [ "${20}" -lt "$_born" ] || return 0
  done
  return 1
}

nap() {
  sleep "$1" 2>/dev/null || sleep 1
}

# Runs a function as a process of its own and leaves its exit code in $_ended, and its last words in $_scratch/last.
supervise() {
  [ -z "$_stopped" ] || end_badly 143 "stopped before the program was started on $_host"
  _ended=0 _signalled='' _passed_on='' _tee='' _tail=''
  listen_to_stderr
  if [ -n "$_listening" ]; then "$@" </dev/null 2>&5 5>&- & else "$@" </dev/null & fi
  _program=$!
  # A signal that came before the program had a number is still to be passed on.
  if [ -n "$_stopped" ] && [ -z "$_passed_on" ]; then pass_stop_on; fi
  [ -z "$_listening" ] || exec 5>&-
  note_birth
  wait_for_program
  _program=
  [ -z "$_stopped" ] || end_group
  finish_listening
}

# When the program was started, in ticks since the computer was.
note_birth() {
  _born=0
  read -r _stat 2>/dev/null <"/proc/$_program/stat" || return 0
  set -- ${_stat##*) }
  _born=${20}
}

# A trapped signal ends `wait` early with a code that is not the program's: ask again. Shells forget a code they have told
# (127), so the one at hand counts when the program was already gone before asking again.
wait_for_program() {
  wait "$_program" 2>/dev/null
  _ended=$?
  while [ -n "$_signalled" ]; do
    _signalled=
    _alive=1
    kill -0 "$_program" 2>/dev/null || _alive=
    wait "$_program" 2>/dev/null
    _again=$?
    [ "$_again" -eq 127 ] && [ -z "$_alive" ] || _ended=$_again
  done
}

# stderr goes on unchanged through tee, which hands a copy to tail: memory stays flat however much is written.
# A fifo opened for reading and writing waits for nobody. Its ends are inherited, not opened by those who use them: whoever
# comes late, or dies at once, leaves nobody waiting (tee keeps 7 only to be a writer of the copy before it has opened it).
listen_to_stderr() {
  _listening=
  { has mkfifo && has tee && has tail && has sleep; } || return 0
  [ -p "$_scratch/copy" ] || mkfifo "$_scratch/stderr" "$_scratch/copy" 2>/dev/null || return 0
  exec 3<>"$_scratch/stderr" 4<"$_scratch/stderr" 5>"$_scratch/stderr"
  exec 3<>"$_scratch/copy" 6<"$_scratch/copy" 7>"$_scratch/copy"
  exec 3>&-
  pass_stderr_on &
  _tee=$!
  keep_last_words &
  _tail=$!
  exec 4<&- 6<&- 7>&-
  _listening=1
}

# It ignores the signals a whole process group may get, for the program's last words come after them; so does tail.
pass_stderr_on() {
  trap '' TERM INT HUP
  exec tee "$_scratch/copy" <&4 >&2 4<&- 5>&- 6<&-
}

keep_last_words() {
  trap '' TERM INT HUP
  exec tail -c 16384 <&6 >"$_scratch/last" 4<&- 5>&- 6<&- 7>&-
}

# tee ends with the last process that holds the program's stderr, and tail with tee: at once, as a rule. A child that outlives
# the program may hold it for years: it is not heard longer than a second.
finish_listening() {
  [ -n "$_listening" ] || return 0
  _tries=0
  until has_ended "$_tail"; do
    _tries=$((_tries + 1))
    [ "$_tries" -lt 80 ] || { kill -KILL "$_tee" 2>/dev/null; break; }
    if [ "$_tries" -gt 30 ]; then nap 0.02; elif [ "$_tries" -gt 10 ]; then nap 0.002; fi
  done
  wait_through_signals "$_tee"
  wait_through_signals "$_tail"
}

# Whether a child has ended, though nobody has waited for it yet.
has_ended() {
  if [ -r /proc/self/stat ]; then
    read -r _stat 2>/dev/null <"/proc/$1/stat" || return 0
    case $_stat in *') Z '*) ;; *) return 1 ;; esac
  else
    ! kill -0 "$1" 2>/dev/null
  fi
}

wait_through_signals() {
  _signalled=1
  while [ -n "$_signalled" ]; do
    _signalled=
    wait "$1" 2>/dev/null
  done
}

# ---- failure -----------------------------------------------------------------------------------------------------------------

how_it_ended() {
  _name=
  [ "$1" -le 128 ] || _name=$(kill -l "$1" 2>/dev/null)
  case $_name in
    [A-Z]*) echo "killed by signal $(($1 - 128)) (SIG${_name#SIG})" ;;
    *) echo "exit code $1" ;; # a number beyond the signals: the program's own
  esac
}

# The most frequent failure of all says what is missing, but not in which of the image's Pythons.
what_is_missing() {
  { [ -n "$_python" ] && [ -s "$_scratch/last" ]; } || return 0
  _found=
  while IFS= read -r _line || [ -n "$_line" ]; do
    case $_line in ModuleNotFoundError:*) _found=1 ;; esac
  done <"$_scratch/last"
  [ -z "$_found" ] || "$_python" -c '
import os, sys
own = " of this computer" if os.environ.get("SSM_PYTHON") and not os.environ.get("SSM_PACKAGES") else ""
print(": a module is not installed in %s (Python %d.%d)%s, which ran the program. List it in a requirements.txt that is sent with the entry." % ((sys.executable,) + sys.version_info[:2] + (own,)))' 2>/dev/null
}

give_up() {
  echo "ssm: $2" >&2
  drop "$_scratch/last"
  write_failure "$2"
  leave "$1"
}

end_badly() {
  write_failure "$2"
  leave "$1"
}

# Whoever laid out the machine and wants to know the exit code, even when nobody waits for this process any more, made an empty
# file for it. A line of one write is whole or not there.
leave() {
  [ -z "$_packs" ] || /bin/sh "$_scratch/save-state"
  { [ ! -f "$_ml/output/.ssm-ended" ] || [ -h "$_ml/output/.ssm-ended" ] || echo "$1" >"$_ml/output/.ssm-ended"; } 2>/dev/null
  exit "$1"
}

# The service shows at most 1024 bytes, and fails a processing job whose message is not UTF-8.
write_failure() {
  make_missing "$_ml/output" || return 0
  # What the program itself had to say is worth more.
  [ -s "$_ml/output/failure" ] || failure_text "$1" >"$_ml/output/failure"
  [ "$ssm_kind" != processing ] || [ -s "$_ml/output/message" ] || print_file "$_ml/output/failure" >"$_ml/output/message"
}

print_file() {
  while IFS= read -r _line || [ -n "$_line" ]; do printf '%s\n' "$_line"; done <"$1"
}

# How it ended, and the program's last whole lines. The line that names the exception is among them wherever it stands: Python
# prints it last, Node in front of the stack.
failure_text() {
  export LC_ALL=C
  [ -s "$_scratch/last" ] || { shortened "$1" 1000 && echo && return; }
  _first=$(shortened "$1" 500)
  only_utf8 <"$_scratch/last" >"$_scratch/words"
  choose_lines $((1010 - ${#_first}))
  { printf '%s\n' "$_first"; [ -z "$_error" ] || printf '%s\n...\n' "$_error"; printf '%s' "$_lines"; } | only_utf8
  drop "$_scratch/words"
}

# A text in so many bytes; one that was cut says so.
shortened() { if [ ${#1} -le "$2" ]; then printf '%s' "$1"; else printf "%.$(($2 - 3))s..." "$1"; fi; }

# Sets _lines, the last ones that have room in so many bytes, and _error, the exception's line when it is not among them.
choose_lines() {
  _lines='' _error='' _newline='
'
  while IFS= read -r _line || [ -n "$_line" ]; do
    case $_line in *[!\ ]*) ;; *) continue ;; esac
    [ ${#_line} -le 800 ] || _line=$(printf '%s' "$_line" | tail -c 800)
    ! names_exception "$_line" || _error=$(shortened "$_line" 400)
    _lines=$_lines$_line$_newline
    drop_lines "$1"
  done <"$_scratch/words"
  case $_newline$_lines in *"$_newline$_error"*) _error= ;; esac
  [ -z "$_error" ] || drop_lines $(($1 - ${#_error} - 5))
}

drop_lines() { while [ ${#_lines} -gt "$1" ]; do _lines=${_lines#*"$_newline"}; done; }

names_exception() {
  case $1 in *Error* | *Exception*) ;; *) return 1 ;; esac
  _name=${1%%[!A-Za-z0-9_.]*}
  case $_name in *Error | *Exception) ;; *) return 1 ;; esac
  case ${1#"$_name"} in '' | ':'* | ' ['*) ;; *) return 1 ;; esac
}

only_utf8() {
  if ! has tr; then print_file /dev/stdin
  elif has iconv; then tr -d '\000-\010\013-\037\177' | iconv -c -f UTF-8 -t UTF-8 2>/dev/null; else tr -cd '\011\012\040-\176'; fi
}

main "$@"
