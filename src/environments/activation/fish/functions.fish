function _pier_copy_prompt
    status is-interactive; and functions -q fish_prompt; and test -z "$VIRTUAL_ENV_DISABLE_PROMPT"; or return 0
    functions -c fish_prompt _pier_fish_prompt
    functions -e fish_prompt
    function fish_prompt
        set -l saved $status
        printf '(%s) ' $_PIER_PROMPT
        _pier_status $saved
        _pier_fish_prompt
    end
end

function _pier_status
    return $argv[1]
end

function _pier_define
    if functions -q $argv[1]
        functions -c $argv[1] _pier_text_$argv[1]
        functions -e $argv[1]
    end
end

function _pier_functions
    _pier_define deactivate
    function deactivate
        _pier_deactivate $argv
    end
    set -g _pier_deactivate_is ours
    if not functions -q conda
        function conda
            if test "$argv[1]" = deactivate
                _pier_deactivate
            else
                command conda $argv
            end
        end
        set -g _pier_conda_is ours
    end
end

function _pier_functions_back
    for name in deactivate conda
        set -l is _pier_{$name}_is
        set -q $is; or continue
        set -eg $is
        functions -e $name
        if functions -q _pier_text_$name
            functions -c _pier_text_$name $name
            functions -e _pier_text_$name
        end
    end
    if functions -q _pier_fish_prompt
        functions -e fish_prompt
        functions -c _pier_fish_prompt fish_prompt
        functions -e _pier_fish_prompt
    end
end
