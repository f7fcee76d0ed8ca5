import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { PassportModule } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Env } from '../config/env.js';
import { ActiveUsers } from './users/active-users.js';
import { AuthController } from './users/auth.controller.js';
import { ConfiguredAdmin } from './users/configured-admin.js';
import { AccessCheck } from './access/access-check.js';
import { JWT_ALGORITHM, JWT_AUDIENCE, JWT_ISSUER, JWT_TYPE, JwtKeys } from './tokens/jwt.js';
import { JwtStrategy } from './tokens/jwt.strategy.js';
import { LoginLimiter } from './sessions/login-limiter.js';
import { PasswordChange } from './users/password-change.js';
import { PasswordPolicy } from './users/password-policy.js';
import { Passwords } from './users/passwords.js';
import { SessionStore } from './sessions/session-store.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { SessionsService } from './sessions/sessions.service.js';
import { UserAdministration } from './users/user-administration.js';
import { User } from './users/user.entity.js';
import { UsersController } from './users/users.controller.js';
import { UsersService } from './users/users.service.js';
import { VerifiedTokens } from './tokens/verified-tokens.js';

@Module({
  imports: [
    DiscoveryModule,
    PassportModule,
    TypeOrmModule.forFeature([User]),
    JwtModule.registerAsync({
      inject: [JwtKeys, Env],
      useFactory: ({ current }: JwtKeys, env: Env) => ({
        secret: current.key,
        signOptions: {
          algorithm: JWT_ALGORITHM,
          keyid: current.id,
          header: { alg: JWT_ALGORITHM, typ: JWT_TYPE },
          issuer: JWT_ISSUER,
          audience: JWT_AUDIENCE,
          expiresIn: env.ACCESS_TOKEN_TTL,
        },
      }),
    }),
  ],
  controllers: [AuthController, SessionsController, UsersController],
  providers: [
    AccessCheck,
    ActiveUsers,
    ConfiguredAdmin,
    JwtStrategy,
    LoginLimiter,
    PasswordChange,
    PasswordPolicy,
    Passwords,
    SessionStore,
    SessionsService,
    UserAdministration,
    UsersService,
    VerifiedTokens,
  ],
  // For the guard of every route.
  exports: [ActiveUsers, VerifiedTokens],
})
export class AuthModule {}
