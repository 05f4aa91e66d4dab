#include <cstdint>

#include "tests/one_process/library.h"

namespace noodle::tests {

namespace {

// As duckdb.h has them.
struct Result {
  std::uint64_t columns, rows, changed;
  void* first_column;
  char* error;
  void* inside;
};
using Open = int(const char* path, void** database);
using Connect = int(void* database, void** connection);
using Query = int(void* connection, const char* query, Result* result);
using ValueInt64 = std::int64_t(Result* result, std::uint64_t column, std::uint64_t row);
using DestroyResult = void(Result* result);
using Close = void(void** handle);

void* library = nullptr;

Trouble load(const std::string& path) { return open_for_all(path, library); }

Trouble use() {
  const auto open = find<Open>(library, "duckdb_open");
  const auto connect = find<Connect>(library, "duckdb_connect");
  const auto query = find<Query>(library, "duckdb_query");
  const auto value = find<ValueInt64>(library, "duckdb_value_int64");
  const auto destroy = find<DestroyResult>(library, "duckdb_destroy_result");
  const auto disconnect = find<Close>(library, "duckdb_disconnect"), close = find<Close>(library, "duckdb_close");
  if (!open || !connect || !query || !value || !destroy || !disconnect || !close) return "a function is missing";
  void *database = nullptr, *connection = nullptr;
  if (open(nullptr, &database) != 0) return "no database can be made";
  if (connect(database, &connection) != 0) return "the database can't be connected to";
  Result result{};
  Trouble trouble;
  if (query(connection, "select 42", &result) != 0) {
    trouble = std::string("select 42: ") + (result.error != nullptr ? result.error : "no reason");
  } else if (value(&result, 0, 0) != 42) {
    trouble = "select 42 gives " + std::to_string(value(&result, 0, 0));
  }
  destroy(&result);
  disconnect(&connection);
  close(&database);
  return trouble;
}

}  // namespace

const Library kDatabase = {"database", load, use};

}  // namespace noodle::tests
