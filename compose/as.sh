# as.sh ACCOUNT [ARGUMENT…]: the mysql client with that account's password from its secret. Run by bash in the
# database server's container. The password comes through a pipe: it stands in no command line and no environment.
exec mysql --defaults-extra-file=<(printf '[client]\npassword=%s\n' "$(</run/secrets/"$1"_database_password)") \
    --user="$1" "${@:2}"
