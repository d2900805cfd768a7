#! /bin/bash
echo "arguments: $#" "$@"
echo output > "$SSM_OUTPUT/output_sh"
