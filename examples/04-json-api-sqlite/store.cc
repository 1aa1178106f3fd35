#include "store.h"

#include <chrono>
#include <utility>

using sqlite::Connection;
using std::chrono::duration_cast;
using std::chrono::milliseconds;

namespace {

constexpr std::string_view kSchema =
    "CREATE TABLE IF NOT EXISTS teas ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"  // the id of a deleted tea is not used again
    "  name TEXT NOT NULL UNIQUE,"
    "  kind TEXT NOT NULL,"
    "  price_cents INTEGER NOT NULL,"
    "  note TEXT"
    ") STRICT";

/// Selects the teas that a TeaQuery asks for; ?1 is the kind and ?2 a part of the name.
constexpr const char* kFound =
    " FROM teas WHERE (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR instr(name, ?2) > 0)";

std::optional<Tea> find_tea(Connection& db, int id) {
  return db.first<Tea>("SELECT id, name, kind, price_cents, note FROM teas WHERE id = ?", id);
}

/// Replaces the tea with the id of `tea`. Returns `tea`, or nullopt when no tea has this id.
std::optional<Tea> overwrite(Connection& db, const Tea& tea) try {
  const int changed =
      db.run("UPDATE teas SET name = ?, kind = ?, price_cents = ?, note = ? WHERE id = ?", tea.name,
             tea.kind, tea.price_cents, tea.note, tea.id);
  return changed > 0 ? std::optional(tea) : std::nullopt;
} catch (const sqlite::NotUnique&) {
  throw NameTaken(tea.name);
}

}  // namespace

void Store::Options::describe(mastic::base::OptionTable& table) {
  table.path("database", database, "FILE", "File of the database.");
  table.count("connections", connections, "Largest number of open connections.");
  table.duration("patience", patience,
                 "Longest wait for the database or a connection. Beyond it: 503.");
}

mastic::base::Result<void> Store::Options::check() const {
  return mastic::base::require_some({{"connections", connections}});
}

Store::Store(const Options& options)
    : patience_(options.patience),
      connections_({.make =
                        [options] {
                          return Connection(options.database,
                                            duration_cast<milliseconds>(options.patience));
                        },
                    .most = options.connections}) {
  connect()->run(kSchema);
}

Store::Connections::Lease Store::connect() {
  auto lease = connections_.take_for(patience_);
  if (!lease) throw sqlite::Busy("all connections to the database are in use");
  return *std::move(lease);
}

TeaPage Store::list(const TeaQuery& query) {
  const auto db = connect();
  // In a transaction, so that the total and the page are of the same moment.
  return db->transaction(Connection::Access::Read, [&] {
    const auto total =
        db->first<int>(std::string("SELECT count(*)") + kFound, query.kind, query.name);
    auto teas =
        db->all<Tea>(std::string("SELECT id, name, kind, price_cents, note") + kFound +
                         " ORDER BY id LIMIT ?3 OFFSET ?4",
                     query.kind, query.name, query.per_page, (query.page - 1) * query.per_page);
    return TeaPage{.total = *total, .page = query.page, .teas = std::move(teas)};
  });
}

std::optional<Tea> Store::find(int id) { return find_tea(*connect(), id); }

Tea Store::add(const NewTea& tea) try {
  const auto id = connect()->first<int>(
      "INSERT INTO teas (name, kind, price_cents, note) VALUES (?, ?, ?, ?) RETURNING id", tea.name,
      tea.kind, tea.price_cents, tea.note);
  return make_tea(*id, tea);
} catch (const sqlite::NotUnique&) {
  throw NameTaken(tea.name);
}

std::optional<Tea> Store::replace(int id, const NewTea& tea) {
  return overwrite(*connect(), make_tea(id, tea));
}

std::optional<Tea> Store::change(int id, const TeaChanges& changes) {
  const auto db = connect();
  // In a transaction, so that no other change comes between reading and writing.
  return db->transaction(Connection::Access::Write, [&] {
    const auto tea = find_tea(*db, id);
    return tea ? overwrite(*db, ::change(*tea, changes)) : std::nullopt;
  });
}

bool Store::remove(int id) { return connect()->run("DELETE FROM teas WHERE id = ?", id) > 0; }
