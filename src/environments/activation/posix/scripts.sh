# _pier_swap LIST OLD [NEW]: the first entry OLD of LIST taken out, or NEW in its place; the answer in _pier_list.
_pier_swap() {
  _pier_list=$1
  case ":$1:" in *":$2:"*) ;; *) return 1 ;; esac
  _pier_list=":$1:"
  _pier_list="${_pier_list%%":$2:"*}:${3:+$3:}${_pier_list#*":$2:"}"
  _pier_list=${_pier_list#:}
  _pier_list=${_pier_list%:}
}

# _pier_source FILE: for a script of the environment, which sees no arguments.
_pier_source() {
  _pier_file=$1
  \shift
  \. "$_pier_file"
}

# _pier_scripts DIRECTORY ORDER: runs *.sh in it, sorted by bytes, up or down.
_pier_scripts() {
  [ -d "$1" ] || return 0
  _pier_glob "$1" "$2"
  \local rest="$_pier_list" file
  while [ -n "$rest" ]; do
    file=${rest%%"$_pier_line"*}
    rest=${rest#*"$_pier_line"}
    [ ! -f "$file" ] || _pier_source "$file"
    \set +aefu
  done
}

_pier_glob() {
  \local LC_ALL=C order="$2" failglob='' file
  _pier_list=
  if [ -n "${BASH_VERSION-}" ] && \shopt -q failglob; then failglob=1; \shopt -u failglob; fi
  \set -- "$1"/*.sh
  [ -z "$failglob" ] || \shopt -s failglob
  for file do
    if [ "$order" = up ]; then _pier_list=$_pier_list$file$_pier_line; else _pier_list=$file$_pier_line$_pier_list; fi
  done
}

# _pier_state PREFIX: evaluates `_pier_var NAME VALUE` for each variable that conda keeps for it, as they are now.
_pier_state() {
  \local prefix="$1"
  if [ -d "$1/etc/conda/env_vars.d" ]; then
    \set -- "$1/etc/conda/env_vars.d"/*
    [ -f "$1" ] || \set --
  else
    \set --
  fi
  if [ -s "$prefix/conda-meta/state" ]; then \set -- "$@" "$prefix/conda-meta/state"; fi
  if [ $# -eq 0 ]; then return 0; fi
  _pier_list=$(LC_ALL=C \awk -v dialect="${_pier_dialect-sh}" '@STATE_READER@' "$@") || return 0
  if [ -n "${_pier_dialect-}" ]; then printf '%s\n' "$_pier_list"; else \eval "$_pier_list"; fi
}
