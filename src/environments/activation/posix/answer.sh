# What csh, which has neither functions nor these expansions, asks of sh: in variables, since its quoting fails on some values.
_pier_answer() {
  \local _pier_list='' _pier_dialect=csh
  case $_PIER_ASK in
    swap) _pier_swap "$_PIER_ASK_LIST" "$_PIER_ASK_OLD" "$_PIER_ASK_NEW" || : ;;
    first)
      _pier_list=${_PIER_ASK_LIST%%:*}
      _pier_list=${_pier_list#*=}
      _pier_list=${_pier_list%.*}.csh
      ;;
    rest) case $_PIER_ASK_LIST in *:*) _pier_list=${_PIER_ASK_LIST#*:} ;; esac ;;
    lines)
      \local below="$_PIER_ASK_LIST"
      while [ -n "$below" ]; do
        _pier_list=${below%%:*}${_pier_list:+"
$_pier_list"}
        below=${below#*:}
      done
      ;;
    state)
      _pier_state "$_PIER_ASK_OLD"
      return
      ;;
  esac
  printf '%s\n' "$_pier_list"
}
