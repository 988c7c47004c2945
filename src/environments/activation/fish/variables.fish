function _pier_say
    echo "pier: $argv" >&2
end

function _pier_names
    string split -n ' ' -- "$_PIER_NAMES"
end

# Remembers a variable: for this shell as the list it is, for others in _PIER_WAS_<name>.
function _pier_save
    contains -- $argv[1] (_pier_names); and return
    set -gx _PIER_NAMES (string trim -- "$_PIER_NAMES $argv[1]")
    set -eg _pier_was_$argv[1]
    set -q $argv[1]; or return
    if not set -qx $argv[1]
        set -gx _PIER_PLAIN "$_PIER_PLAIN $argv[1]"
    end
    if set -qg $argv[1]
        set -g _pier_was_$argv[1] $$argv[1]
    end
    if string match -q '*PATH' -- $argv[1]
        set -gx _PIER_WAS_$argv[1] (string join : -- $$argv[1])
    else
        set -gx _PIER_WAS_$argv[1] "$$argv[1]"
    end
end

function _pier_put
    _pier_save $argv[1]
    if string match -q '*PATH' -- $argv[1]
        set -gx --path $argv[1] (string split : -- $argv[2])
    else
        set -gx $argv[1] $argv[2]
    end
end

# A universal one cannot be taken away, but hidden.
function _pier_drop
    _pier_save $argv[1]
    set -eg $argv[1]
    if set -q $argv[1]
        set -gu $argv[1]
    end
end

function _pier_restore
    set -l was _pier_was_$argv[1]
    set -l exported _PIER_WAS_$argv[1]
    set -l how -gx
    contains -- $argv[1] (string split -n ' ' -- "$_PIER_PLAIN"); and set how -gu
    set -eg $argv[1]
    if set -q $was
        if string match -q '*PATH' -- $argv[1]
            set $how --path $argv[1] $$was
        else
            set $how $argv[1] $$was
        end
    else if set -q $exported; and not set -qU $argv[1]
        if string match -q '*PATH' -- $argv[1]
            set $how --path $argv[1] (string split : -- $$exported)
        else
            set $how $argv[1] $$exported
        end
    end
    set -eg $was
    set -eg $exported
end
