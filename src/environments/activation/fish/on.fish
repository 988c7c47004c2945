function _pier_under
    string split -n : -- "$_pier_below"
end

function _pier_under_conda
    string split -n : -- "$_pier_below_conda"
end

# _pier_activate KIND PREFIX NAME PROMPT FILE MODULES [VARIABLE=VALUE...]
function _pier_activate
    if not test -d $argv[2]
        _pier_say "there is no environment at $argv[2] any more"
        return 1
    end
    set -q _pier_below; or set -g _pier_below ''
    set -q _pier_below_conda; or set -g _pier_below_conda ''
    if set -q _PIER_PREFIX
        set -g _pier_below "$_PIER_STACK"
        set -g _pier_below_conda "$_PIER_STACK_CONDA"
        if _pier_is_taken
            set -g _pier_below ''
            set -g _pier_below_conda ''
        else if test $_PIER_PREFIX != $argv[2]
            set -g _pier_below (string join : -- $_PIER_KIND=$_PIER_FILE (_pier_under))
            test $_PIER_KIND = conda; and set -g _pier_below_conda (string join : -- $_PIER_PREFIX (_pier_under_conda)):
        end
        _pier_off
    end
    test -z $argv[6]; or _pier_modules $argv[6] $argv[3]
    set -eg _PIER_NAMES
    set -eg _PIER_PLAIN
    _pier_cut $argv[3]
    for recorded in $argv[7..-1]
        set -l pair (string split -m 1 = -- $recorded)
        if string match -q '*PATH' -- $pair[1]; and test -n "$$pair[1]"
            _pier_put $pair[1] (string join : -- $pair[2] $$pair[1])
        else
            _pier_put $pair[1] $pair[2]
        end
    end
    set -gx _PIER_PREFIX $argv[2]
    set -gx _PIER_KIND $argv[1]
    set -gx _PIER_FILE $argv[5]
    set -gx _PIER_PROMPT $argv[4]
    if test -n "$_pier_below"
        set -gx _PIER_STACK $_pier_below
        set -gx _PIER_STACK_CONDA $_pier_below_conda
    end
    if test $argv[1] = conda
        _pier_on_conda $argv
    else
        _pier_path $VIRTUAL_ENV
        _pier_put VIRTUAL_ENV $argv[2]
        _pier_put VIRTUAL_ENV_PROMPT $argv[4]
    end
    _pier_copy_prompt
    _pier_functions
    set -eg _pier_below
    set -eg _pier_below_conda
end

function _pier_path
    set -l now $PATH
    set -l replaced
    for old in $argv
        if set -l at (contains -i -- $old/bin $now)
            set -e now[$at]
            set -a replaced $old/bin
        end
    end
    set -gx _PIER_REPLACED (string join : -- $replaced)
    _pier_save PATH
    set -gx PATH $_PIER_PREFIX/bin $now
    set -gx _PIER_PATH_NOW (string join : -- $PATH)
end

function _pier_path_back
    set -l all :(string join : -- $PATH):
    set -l now :(string join : -- $_PIER_PATH_NOW):
    set -l back (string replace -- $now :(string join : -- $_PIER_WAS_PATH): $all)
    if test "$back" != "$all"; or test "$now" = :(string join : -- $_PIER_WAS_PATH):
        set -gx PATH (string split : -- (string sub -s 2 -l (math (string length -- $back) - 2) -- $back))
    else if set -l at (contains -i -- $_PIER_PREFIX/bin $PATH)
        set -l now $PATH[1..$at]
        set -l after $PATH[(math $at + 1)..-1]
        test $at = (count $PATH); and set after
        set -e now[-1]
        set -gx PATH $now (string split -n : -- $_PIER_REPLACED) $after
    end
end

function _pier_on_conda
    set -l level 0
    string match -qr '^[0-9]+$' -- "$CONDA_SHLVL"; and set level $CONDA_SHLVL
    set -l foreign
    test $level -gt 0 -a -n "$CONDA_PREFIX"; and set foreign $CONDA_PREFIX
    if set -q foreign[1]
        _pier_scripts $foreign/etc/conda/deactivate.d down
        function _pier_var
            _pier_drop $argv[1]
        end
        _pier_state $foreign
    end
    _pier_path $VIRTUAL_ENV $foreign
    _pier_drop VIRTUAL_ENV
    _pier_drop VIRTUAL_ENV_PROMPT
    set -q foreign[1]; and _pier_put CONDA_PREFIX_$level $foreign
    set -l under (_pier_under_conda)
    for below in $under[-1..1]
        set level (math $level + 1)
        _pier_put CONDA_PREFIX_$level $below
    end
    _pier_put CONDA_PREFIX $argv[2]
    _pier_put CONDA_SHLVL (math $level + 1)
    _pier_put CONDA_DEFAULT_ENV $argv[3]
    _pier_put CONDA_PROMPT_MODIFIER "($argv[4]) "
    set -g _pier_level $level
    function _pier_var
        set -l was _PIER_WAS_$argv[1]
        if set -q $was
            _pier_put __CONDA_SHLVL_{$_pier_level}_$argv[1] "$$was"
        else if set -q $argv[1]
            _pier_put __CONDA_SHLVL_{$_pier_level}_$argv[1] "$$argv[1]"
        end
        _pier_put $argv[1] $argv[2]
    end
    _pier_state $argv[2]
    functions -e _pier_var
    set -eg _pier_level
    _pier_scripts $argv[2]/etc/conda/activate.d up
end
