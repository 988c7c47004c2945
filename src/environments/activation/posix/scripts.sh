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
  _pier_exports=
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

# _pier_plain FILE...: in _pier_list what awk would make of the files, without starting it. Fails for all but plain words
# under plain names, each once, which is what `conda env config vars set` mostly leaves.
_pier_plain() {
  \local LC_ALL=C IFS='"' file text line end names=' ' blank="	 $_pier_line"
  _pier_list=
  for file do
    text=
    [ -f "$file" ] && [ -r "$file" ] || return 1
    while IFS='' read -r line || [ -n "$line" ]; do text=$text$line$_pier_line; done <"$file"
    case $text in *[\\\']*) return 1 ;; esac
    \set -f
    \set -- $text
    \set +f
    case $file in
      */conda-meta/state)
        _pier_is "${1-}" '{' && [ "${2-}" = env_vars ] || return 1
        if [ $# -eq 3 ] && _pier_is "$3" ':{}}'; then continue; fi
        _pier_is "${3-}" ':{' || return 1
        end='}}'
        \shift 3
        ;;
      *)
        _pier_is "${1-}" '{' || return 1
        end='}'
        \shift
        ;;
    esac
    _pier_pairs "$@" || return 1
  done
}

# _pier_pairs NAME TEXT VALUE TEXT...: what lies inside of quotes and outside, in turn, up to the end.
_pier_pairs() {
  while [ $# -ge 4 ]; do
    case $1 in '' | [0-9]* | *[!A-Za-z0-9_]* | PATH | PS1 | _PIER_* | _pier_*) return 1 ;; esac
    case $names in *" $1 "*) return 1 ;; esac
    [ "$3" != '***unset***' ] && _pier_is "$2" : || return 1
    names="$names$1 "
    _pier_list="${_pier_list}_pier_var $1 '$3'$_pier_line"
    if [ $# -eq 4 ]; then
      _pier_is "$4" "$end"
      return
    fi
    _pier_is "$4" , || return 1
    \shift 4
  done
  return 1
}

# _pier_is TEXT MARKS: whether it is these marks and blanks.
_pier_is() {
  \local rest="$1"
  while :; do
    case $rest in
      *[$blank]*) rest=${rest%%[$blank]*}${rest#*[$blank]} ;;
      *) break ;;
    esac
  done
  [ "$rest" = "$2" ]
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
  if [ -z "${_pier_dialect-}" ] && _pier_plain "$@"; then
    \eval "$_pier_list"
    return
  fi
  _pier_list=$(LC_ALL=C \awk -v dialect="${_pier_dialect-sh}" '@STATE_READER@' "$@") || return 0
  if [ -n "${_pier_dialect-}" ]; then printf '%s\n' "$_pier_list"; else \eval "$_pier_list"; fi
}
