_pier_say() { printf 'pier: %s\n' "$*" >&2; }

# Whether a variable that is set is exported. Without a fork where the shell can say, else with one for all of them, until
# a script or a module may have changed some.
_pier_is_exported() {
  if [ -n "${BASH_VERSION-}" ] && [ "${BASH_VERSINFO-0}" -ge 5 ]; then
    \eval "case \${$1@a} in *x*) return 0 ;; *) return 1 ;; esac"
  elif [ -n "${ZSH_VERSION-}" ]; then
    \eval "case \${(t)$1} in *export*) return 0 ;; *) return 1 ;; esac"
  fi
  _pier_list_exports
  case $_pier_exports in
    *"
export $1="* | *"
declare -x $1="* | *"
declare -"?"x $1="*) return 0 ;;
  esac
  return 1
}

_pier_list_exports() {
  [ -n "${_pier_exports-}" ] || _pier_exports="
$(\export -p; \readonly -p)"
}

# Whether a variable cannot be set, for which most shells end the script; bash lets no local one hide it either.
_pier_is_readonly() {
  if [ -n "${BASH_VERSION-}" ]; then
    ! \local "$1" 2>/dev/null
  elif [ -n "${ZSH_VERSION-}" ]; then
    \eval "case \${(t)$1} in *readonly*) return 0 ;; *) return 1 ;; esac"
  else
    _pier_list_exports
    case $_pier_exports in
      *"
readonly $1="* | *"
readonly $1
"*) return 0 ;;
    esac
    return 1
  fi
}

# Remembers a variable as it is, once: the names in _PIER_NAMES, values in _PIER_WAS_<name>, not exported in _PIER_PLAIN.
_pier_save() {
  case " ${_PIER_NAMES-} " in *" $1 "*) return 0 ;; esac
  \export _PIER_NAMES="${_PIER_NAMES-}${_PIER_NAMES:+ }$1"
  \eval "[ -n \"\${$1+x}\" ]" || return 0
  _pier_is_exported "$1" || \export _PIER_PLAIN="${_PIER_PLAIN-} $1"
  \eval "\\export _PIER_WAS_$1=\"\$$1\""
}

_pier_put() {
  _pier_save "$1"
  \eval "\\export $1=\"\$2\""
}

_pier_drop() {
  _pier_save "$1"
  \unset "$1"
}

_pier_unexport() {
  if [ -n "${ZSH_VERSION-}" ]; then
    \typeset -g +x "$1"
  elif [ -n "${BASH_VERSION-}" ]; then
    \export -n "$1"
  else
    \eval "_pier_value=\$$1; \\unset $1; $1=\$_pier_value"
    \unset _pier_value
  fi
}

# A search path that was changed meanwhile keeps what was added in front or behind.
_pier_restore() {
  \local was='' now=''
  if \eval "[ -n \"\${_PIER_NOW_$1+x}\" ] && [ \"\${$1-}\" != \"\$_PIER_NOW_$1\" ]"; then
    \eval "was=\${_PIER_WAS_$1-} now=\$_PIER_NOW_$1; _pier_swap \"\${$1-}\" \"\$now\" \"\$was\"" &&
      \export "_PIER_WAS_$1=$_pier_list"
  fi
  \unset "_PIER_NOW_$1"
  if \eval "[ -n \"\${_PIER_WAS_$1+x}\" ]"; then
    \eval "\\export $1=\"\$_PIER_WAS_$1\""
    case " ${_PIER_PLAIN-} " in *" $1 "*) _pier_unexport "$1" ;; esac
  else
    \unset "$1"
  fi
  \unset "_PIER_WAS_$1"
}
