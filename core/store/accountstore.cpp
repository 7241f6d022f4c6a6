#include "core/store/accountstore.h"

#include "core/store/json.h"
#include "core/store/settingstore.h"

namespace Store {

using Base::Error;
using Base::ErrorKind;

Base::Result<Accounts::Account> AccountStore::save(const Accounts::Account &account)
{
    if (const Base::Done done = Accounts::check(account); !done)
        return done.error();
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun().error();
    const Base::Result<QVariant> other =
        m_database.value(QStringLiteral("SELECT id FROM account WHERE name = ? AND id <> ?"),
                         {account.name.trimmed(), account.id.value});
    if (!other)
        return other.error();
    if (other->isValid())
        return Error{ErrorKind::DuplicateAccount, account.name, {}};
    Accounts::Account saved = account;
    saved.name = account.name.trimmed();
    const QString settings = pack(Accounts::toJson(saved));
    const std::optional<Accounts::Account> before = stored(saved.id);
    const bool same = before && Accounts::isSameSignIn(*before, saved);
    saved.strongestSeen = same ? before->strongestSeen : QString();
    saved.offers = same ? before->offers : QStringList();
    if (saved.id.isValid()) {
        const Base::Result<Cursor> query = m_database.run(
            QStringLiteral(
                "UPDATE account SET name = ?, settings = ?, strongest_seen = ?, offers = ? WHERE id = ?"),
            {saved.name, settings, saved.strongestSeen, saved.offers.join(QLatin1Char(' ')), saved.id.value});
        if (!query)
            return query.error();
        if (query->numRowsAffected() == 0)
            return Error{ErrorKind::UnknownAccount, saved.name, {}};
        if (const Base::Done done = same ? Base::Done() : forgetServer(saved.id); !done)
            return done.error();
    } else {
        const Base::Result<Cursor> query =
            m_database.run(QStringLiteral("INSERT INTO account (name, settings, is_default) VALUES (?, ?, "
                                          "NOT EXISTS (SELECT 1 FROM account))"),
                           {saved.name, settings});
        if (!query)
            return query.error();
        saved.id = Base::AccountId{query->lastInsertId().toLongLong()};
    }
    const Base::Result<QVariant> isDefault =
        m_database.value(QStringLiteral("SELECT is_default FROM account WHERE id = ?"), {saved.id.value});
    saved.isDefault = isDefault && isDefault->toBool();
    if (const Base::Done done = transaction.commit(); !done)
        return done.error();
    return saved;
}

Base::Done AccountStore::remove(Base::AccountId id)
{
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun();
    const Base::Result<Cursor> query =
        m_database.run(QStringLiteral("DELETE FROM account WHERE id = ?"), {id.value});
    if (!query)
        return query.error();
    if (query->numRowsAffected() == 0)
        return Error{ErrorKind::UnknownAccount, id.toString(), {}};
    const QString heir =
        QStringLiteral("UPDATE account SET is_default = 1 WHERE id = (SELECT min(id) FROM account)"
                       " AND NOT EXISTS (SELECT 1 FROM account WHERE is_default = 1)");
    if (const Base::Done done = m_database.exec(heir); !done)
        return done;
    return transaction.commit();
}

Base::Done AccountStore::setDefault(Base::AccountId id)
{
    const Base::Result<QVariant> known =
        m_database.value(QStringLiteral("SELECT 1 FROM account WHERE id = ?"), {id.value});
    if (!known)
        return known.error();
    if (!known->isValid())
        return Error{ErrorKind::UnknownAccount, id.toString(), {}};
    return m_database.write(QStringLiteral("UPDATE account SET is_default = (id = ?)"), {id.value});
}

std::optional<Accounts::Account> AccountStore::stored(Base::AccountId id) const
{
    const Base::Result<QList<Accounts::Account>> accounts = all();
    if (!accounts || !id.isValid())
        return std::nullopt;
    for (const Accounts::Account &account : *accounts) {
        if (account.id == id)
            return account;
    }
    return std::nullopt;
}

Base::Done AccountStore::setStrongestSeen(const Accounts::Account &account, const QString &mechanism)
{
    const std::optional<Accounts::Account> now = stored(account.id);
    if (!now || !Accounts::isSameSignIn(*now, account))
        return {};
    return m_database.write(QStringLiteral("UPDATE account SET strongest_seen = ? WHERE id = ?"),
                            {mechanism, account.id.value});
}

Base::Done AccountStore::setOffers(const Accounts::Account &account, const QStringList &offers)
{
    const std::optional<Accounts::Account> now = stored(account.id);
    if (!now || !Accounts::isSameSignIn(*now, account))
        return {};
    return m_database.write(QStringLiteral("UPDATE account SET offers = ? WHERE id = ?"),
                            {offers.join(QLatin1Char(' ')), account.id.value});
}

Base::Done AccountStore::setHeld(Base::AccountId id, bool held)
{
    const Base::Result<QVariant> known =
        m_database.value(QStringLiteral("SELECT 1 FROM account WHERE id = ?"), {id.value});
    if (!known)
        return known.error();
    if (!known->isValid())
        return Error{ErrorKind::UnknownAccount, id.toString(), {}};
    return m_database.write(QStringLiteral("UPDATE account SET held = ? WHERE id = ?"),
                            {held ? 1 : 0, id.value});
}

Base::Done AccountStore::setBackOff(Base::AccountId id, const BackOff &backOff)
{
    const bool backsOff = backOff.failures > 0 && backOff.until.isValid();
    return m_database.write(
        QStringLiteral("UPDATE account SET backoff_failures = ?, backoff_until = ? WHERE id = ?"),
        {backsOff ? backOff.failures : 0, backsOff ? QVariant(backOff.until.toMSecsSinceEpoch()) : QVariant(),
         id.value});
}

Base::Done AccountStore::setLearned(const Accounts::Account &account, const Accounts::Learned &learned)
{
    const std::optional<Accounts::Account> now = stored(account.id);
    if (!now || !Accounts::isSameSignIn(*now, account))
        return {};
    return m_database.write(QStringLiteral("UPDATE account SET learned = ? WHERE id = ?"),
                            {pack(Accounts::toJson(learned)), account.id.value});
}

Base::Done AccountStore::forgetServer(Base::AccountId id)
{
    return m_database.exec(
        QStringLiteral("UPDATE account SET learned = '', backoff_failures = 0, backoff_until = NULL "
                       "WHERE id = ?"),
        {id.value});
}

Base::Done AccountStore::setPause(Base::AccountId id, const Delivery::Reason &reason)
{
    return m_database.write(QStringLiteral("UPDATE account SET paused = ? WHERE id = ?"),
                            {pack(Delivery::toJson(reason)), id.value});
}

Base::Result<QList<Accounts::Account>> AccountStore::readAll(const Database &database)
{
    Base::Result<Cursor> query =
        database.run(QStringLiteral("SELECT id, settings, is_default, strongest_seen, offers FROM account "
                                    "ORDER BY is_default DESC, name COLLATE NOCASE"));
    if (!query)
        return query.error();
    QList<Accounts::Account> accounts;
    while (query->next()) {
        Accounts::Account account = Accounts::fromJson(unpackObject(query->value(1).toString()));
        account.id = Base::AccountId{query->value(0).toLongLong()};
        account.isDefault = query->value(2).toBool();
        account.strongestSeen = query->value(3).toString();
        account.offers = query->value(4).toString().split(QLatin1Char(' '), Qt::SkipEmptyParts);
        accounts.append(account);
    }
    return accounts;
}

Base::Result<Delivery::Reason> AccountStore::readPause(const Database &database, Base::AccountId id)
{
    Base::Result<Cursor> query =
        database.run(QStringLiteral("SELECT paused, held, name FROM account WHERE id = ?"), {id.value});
    if (!query)
        return query.error();
    if (!query->next())
        return Delivery::Reason();
    const Base::Result<bool> everything = SettingStore::readEverythingHeld(database);
    if (!everything)
        return everything.error();
    if (!*everything && !query->value(1).toBool())
        return Delivery::reasonFromJson(unpackObject(query->value(0).toString()));
    Delivery::Reason reason;
    reason.scope = Delivery::Scope::Account;
    reason.error = Error{ErrorKind::OnHold, *everything ? QString() : query->value(2).toString(), {}};
    return reason;
}

Base::Result<BackOff> AccountStore::readBackOff(const Database &database, Base::AccountId id)
{
    Base::Result<Cursor> query = database.run(
        QStringLiteral("SELECT backoff_failures, backoff_until FROM account WHERE id = ?"), {id.value});
    if (!query)
        return query.error();
    BackOff backOff;
    if (query->next() && !query->value(1).isNull())
        backOff = {query->value(0).toInt(),
                   QDateTime::fromMSecsSinceEpoch(query->value(1).toLongLong(), Qt::UTC)};
    return backOff;
}

Base::Result<Accounts::Learned> AccountStore::readLearned(const Database &database, Base::AccountId id)
{
    const Base::Result<QVariant> learned =
        database.value(QStringLiteral("SELECT learned FROM account WHERE id = ?"), {id.value});
    if (!learned)
        return learned.error();
    return Accounts::learnedFromJson(unpackObject(learned->toString()));
}

} // namespace Store
