import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { PassportModule } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Env } from '../config/env.js';
import { ActiveUsers } from './active-users.js';
import { AuthController } from './auth.controller.js';
import { ConfiguredAdmin } from './configured-admin.js';
import { AccessCheck } from './guards/access-check.js';
import { JWT_ALGORITHM, JWT_AUDIENCE, JWT_ISSUER, JWT_TYPE, JwtKeys } from './jwt.js';
import { JwtStrategy } from './jwt.strategy.js';
import { LoginLimiter } from './login-limiter.js';
import { PasswordChange } from './password-change.js';
import { PasswordPolicy } from './password-policy.js';
import { Passwords } from './passwords.js';
import { SessionStore } from './session-store.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsService } from './sessions.service.js';
import { UserAdministration } from './user-administration.js';
import { User } from './user.entity.js';
import { UsersController } from './users.controller.js';
import { UsersService } from './users.service.js';
import { VerifiedTokens } from './verified-tokens.js';

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
