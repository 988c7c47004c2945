# `. BIN/activate` activates this environment. `source activate NAME` finds this file while it is active, since its bin
# leads PATH, and activates NAME.
_pier_entry() {
  if [ $# -gt 0 ] && _pier_is_bare; then \set --; fi
  if [ $# -gt 0 ]; then
    _pier_dispatch "$@"
  elif [ -n @OWN@ ]; then
    \. @OWN@
  else
    printf 'pier: name an environment: source activate NAME\n' >&2
    return 1
  fi
}

# Without arguments of its own a sourced file sees those of the script or function around it, in bash and in zsh; only the
# line that sourced it tells. Other shells pass none.
_pier_is_bare() {
  \local file='' line='' text=''
  if [ -n "${BASH_VERSION-}" ]; then
    file=${BASH_SOURCE[3]-} line=${BASH_LINENO[2]-} text=${BASH_EXECUTION_STRING-}
  elif [ -n "${ZSH_VERSION-}" ]; then
    \emulate -L zsh
    file=${funcfiletrace[3]%:*} line=${funcfiletrace[3]##*:} text=${ZSH_EXECUTION_STRING-}
  else
    return 0
  fi
  if [ -f "$file" ]; then text=$(\sed -n "${line}p" "$file"); fi
  file='(^|[;&|({[:space:]])(source|[.])[[:space:]]+[^;&|#[:space:]]*activate["'"'"']?'
  printf '%s\n' "$text" | \grep -Eq "$file"'[[:space:]]*($|[;&|#)}])' &&
    ! printf '%s\n' "$text" | \grep -Eq "$file"'[[:space:]]+[^;&|#)}[:space:]]'
}

_pier_dispatch() {
  \local shell=bash found directory rest="$PATH:"
  if [ -z "${BASH_VERSION-}" ]; then shell=zsh; fi
  if [ $# -gt 1 ]; then
    printf 'pier: one environment at a time: source activate NAME\n' >&2
    return 1
  fi
  if found=$(_pier_program env activate --shell "$shell" -- "$1" 2>/dev/null); then
    \eval "$found"
    return
  fi
  # conda's own knows what pier does not.
  while [ -n "$rest" ]; do
    directory=${rest%%:*}
    rest=${rest#*:}
    if [ -n "$directory" ] && [ -x "$directory/conda" ] && [ -f "$directory/activate" ]; then
      \. "$directory/activate" "$1"
      return
    fi
  done
  if _pier_program --version >/dev/null 2>&1; then
    # Asked again for its message. A change of the environment may have ended meanwhile, and then it gives the script.
    found=$(_pier_program env activate --shell "$shell" -- "$1") || return 1
    \eval "$found"
    return
  fi
  _pier_by_path "$1"
}

_pier_program() {
  if \command -v pier >/dev/null 2>&1; then \command pier "$@"; else @PIER@ "$@"; fi
}

# No pier on this machine: what is named by its path, or lies beside this one, unless others can write it.
_pier_by_path() {
  \local prefix
  case $1 in
    */*) prefix=$1 ;;
    *) prefix=@ROOT@/$1 ;;
  esac
  if [ ! -f "$prefix/.pier/activate.sh" ]; then
    printf 'pier: there is no environment %s that can be activated without pier\n' "$1" >&2
    return 1
  fi
  if [ -n "$(\find "$prefix" "$prefix/bin" "$prefix/.pier" "$prefix/.pier/activate.sh" -prune \( -perm -020 -o -perm -002 -o ! -user "$(\id -u)" ! -user 0 \) -print 2>&1)" ]; then
    printf 'pier: others can write %s, so it is not activated\n' "$prefix" >&2
    return 1
  fi
  \. "$prefix/.pier/activate.sh"
}

if _pier_entry "$@"; then
  \unset -f _pier_entry _pier_is_bare _pier_dispatch _pier_program _pier_by_path
else
  \unset -f _pier_entry _pier_is_bare _pier_dispatch _pier_program _pier_by_path
  \return 1
fi
