if test "$_pier_mode" = off
    set -eg _pier_mode
    _pier_deactivate
else if not _pier_activate @FACTS@
    _pier_forget
    false
end
