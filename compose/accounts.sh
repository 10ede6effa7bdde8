# Run once by the image of MySQL, in bash, when the data folder is new: a database for each person, and an
# account that reaches that one alone. The passwords are those of make-secrets, or words of your own like them.
for name in alice bob carol; do
    password=$(</run/secrets/"$name"_database_password)
    if [[ ! $password =~ ^[A-Za-z0-9]+$ ]]; then
        echo "secrets/${name}_database_password must be letters and digits, on one line." >&2
        exit 1
    fi
    bash /compose/as.sh root <<SQL
CREATE DATABASE $name CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE USER $name@'%' IDENTIFIED BY '$password' REQUIRE SSL;
GRANT ALL ON $name.* TO $name@'%';
SQL
done
